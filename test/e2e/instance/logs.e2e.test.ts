import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageFiles, ImageMachine } from "../../harness/image/machine";

interface Entry {
  readonly file_path: string;
  readonly log_group_name: string;
  readonly log_stream_name: string;
  readonly timestamp_format?: string;
  readonly timezone?: string;
}

const read = (path: string) => readFileSync(join(imageFiles, path), "utf8");
const cloudWatch = JSON.parse(read("opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json")) as {
  logs: { logs_collected: { files: { collect_list: readonly Entry[] } } };
};
const entries = cloudWatch.logs.logs_collected.files.collect_list;
const entryOf = (path: string) => entries.find(({ file_path }) => file_path === path);

/** What the CloudWatch agent looks for in a line. */
function pattern(format: string): RegExp {
  const parts: Readonly<Record<string, string>> = {
    "%Y": "\\d{4}",
    "%m": "\\d{2}",
    "%d": "\\s?\\d{1,2}",
    "%b": "[A-Z][a-z]{2}",
    "%H": "\\d{2}",
    "%M": "\\d{2}",
    "%S": "\\d{2}",
    "%f": "\\d{1,9}",
  };
  return new RegExp(`^${format.replaceAll(".", "\\.").replace(/%\w/g, (part) => parts[part]!)}`);
}

test("the documented log groups are there, one stream per instance", () => {
  expect([...new Set(entries.map(({ log_group_name }) => log_group_name))].sort()).toEqual([
    "/buildkite/auth",
    "/buildkite/buildkite-agent",
    "/buildkite/cfn-init",
    "/buildkite/cloud-init",
    "/buildkite/cloud-init/output",
    "/buildkite/docker-daemon",
    "/buildkite/elastic-stack",
    "/buildkite/lifecycled",
    "/buildkite/system",
  ]);
  expect(new Set(entries.map(({ log_stream_name }) => log_stream_name))).toEqual(new Set(["{instance_id}"]));
  expect(new Set(entries.map(({ file_path }) => file_path)).size).toBe(entries.length);
});

test.each([
  { path: "/var/log/buildkite-agent", line: "2026-08-17T09:05:01.123456+00:00 ip-10-0-0-1 buildkite-agent[1]: x" },
  { path: "/var/log/docker", line: "2026-08-17T09:05:01.123456+00:00 ip-10-0-0-1 dockerd[1]: x" },
  { path: "/var/log/lifecycled.log", line: "2026-08-17T09:05:01.123456+00:00 ip-10-0-0-1 lifecycled[1]: x" },
  { path: "/var/log/messages", line: "Aug  7 09:05:01 ip-10-0-0-1 kernel: x" },
  { path: "/var/log/secure", line: "Aug 17 09:05:01 ip-10-0-0-1 sshd[1]: x" },
  { path: "/var/log/syslog", line: "2026-08-17T09:05:01.123456+00:00 ip-10-0-0-1 kernel: x" },
  { path: "/var/log/auth.log", line: "2026-08-17T09:05:01.123456+00:00 ip-10-0-0-1 sshd[1]: x" },
  { path: "/var/log/cloud-init.log", line: "2026-08-17 09:05:01,123 - util.py[DEBUG]: x" },
])("the time of a line of $path is understood", ({ path, line }) => {
  expect(line).toMatch(pattern(entryOf(path)!.timestamp_format!));
});

test("and so is that of what the stack's scripts write, as they write it", () => {
  const machine = new ImageMachine();
  const { log } = machine.mount();
  machine.remove();
  expect(log).toMatch(pattern(entryOf("/var/log/elastic-stack.log")!.timestamp_format!));
});

describe("the files that the image adds to the system's own", () => {
  const written = [...read("etc/rsyslog.d/10-buildkite-elastic-ci-stack.conf").matchAll(/file="([^"]+)"/g)].map(
    ([, path]) => path!,
  );
  const rotated = read("etc/logrotate.d/buildkite-elastic-ci-stack").match(/\/var\/log\/[\w.-]+/g);

  test.each([...written, "/var/log/elastic-stack.log"])("%s is shipped and rotated", (path) => {
    expect(entryOf(path)).toBeDefined();
    expect(rotated).toContain(path);
  });
});
