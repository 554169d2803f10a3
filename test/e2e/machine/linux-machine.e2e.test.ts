import type { Cloud } from "../../harness/sandbox/cloud";
import { type ChangedFile, Sandbox } from "../../harness/sandbox/sandbox";
import {
  applyEverything,
  ENVIRONMENT_SECRET,
  everything,
  LOGIN_KEY,
  TOKEN,
  VERIFICATION_KEY,
} from "../../harness/sandbox/scene";

const settings = "/etc/buildkite-elastic-ci-stack";

let cloud: Cloud;
let machine: Sandbox;

beforeAll(async () => {
  cloud = await applyEverything();
  machine = await Sandbox.start({ cloud, speed: 5 });
});

afterAll(async () => {
  await machine.stop();
  await cloud.stop();
});

/** Where in the list of commands each of these comes first. */
function order(...commands: readonly string[]): number[] {
  const all = machine.commands();
  return commands.map((command) => all.findIndex((one) => one.startsWith(command)));
}

async function filesWith(secret: string): Promise<readonly ChangedFile[]> {
  const folder = "/run/sandbox/disk/changes";
  const found = await machine.run(`grep -rlF -e "$secret" ${folder}`, { env: { secret } });
  const paths = found.stdout.split("\n").filter(Boolean);
  return (await machine.changes()).filter(({ path }) => paths.includes(folder + path));
}

describe("the first boot, with user data out of the launch template that Terraform made", () => {
  beforeAll(async () => {
    const outcome = await machine.boot({ traced: true });
    expect(await machine.read("/var/log/elastic-stack.log")).toMatch(
      /: this instance is set up|,000 this instance is set up\n/,
    );
    expect(outcome).toMatchObject({ code: 0, stdout: "part-001 ended with 0\n" });
    machine.calm();
  });

  test("writes the settings for root alone, and its programs for root to change", async () => {
    const library = "/usr/local/lib/buildkite-elastic-ci-stack";
    const files = (await machine.changes()).filter(({ path }) => path.startsWith(settings) || path.startsWith(library));
    expect(files.filter(({ access }) => !/^(600|644|755) root:root$/.test(access))).toEqual([
      { path: `${settings}/job-environment`, access: "640 root:buildkite-agent" },
    ]);
    expect(files).toContainEqual({ path: `${settings}/environment.json`, access: "600 root:root" });
    expect(files).toContainEqual({ path: `${settings}/agent.env`, access: "600 root:root" });
    expect(files).toContainEqual({ path: `${library}/drain-watcher.sh`, access: "755 root:root" });
  });

  test("starts Docker once and configured, then the watcher, then as the very last the agent", () => {
    const places = order(
      "systemctl restart docker",
      "systemctl enable --now buildkite-drain",
      "systemctl start buildkite-agent",
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(machine.commands("systemctl").filter((one) => /start docker\.service/.test(one))).toHaveLength(1);
    expect(machine.commands("systemctl").filter((one) => /enable.*buildkite-agent/.test(one))).toEqual([]);
  });

  test("gives the agent every setting as Terraform was given it", () => {
    const [start] = machine.calls("buildkite-agent").filter((call) => call.arguments[0] === "start");
    expect(start!.user).toBe(2000);
    const { tags, ...config } = start!["config"] as Record<string, string>;
    expect(config).toMatchObject({
      name: `machine-0a1b2c3d-${machine.instance.id}-%spawn`,
      token: TOKEN,
      spawn: "2",
      endpoint: "https://agent-edge.buildkite.com/v3",
      "disconnect-after-job": "false",
      "disconnect-after-idle-timeout": "3000",
      "disconnect-after-uptime": "0",
      "cancel-grace-period": "90",
      "signal-grace-period-seconds": "30",
      "git-mirrors-path": "/var/lib/buildkite-agent/git-mirrors",
      "verification-jwks-file": "/run/buildkite-elastic-ci-stack/agent-secrets/verification-key.json",
      "hooks-path": "/etc/buildkite-agent/hooks",
    });
    expect(tags!.split(",")).toEqual([
      `queue=${everything.buildkite_queue}`,
      "docker=27.3.1",
      "stack=machine-0a1b2c3d",
      expect.stringMatching(/^buildkite-aws-stack=v\d/),
      "stack-deployed-by=terraform",
      "os=linux",
      "team=a b",
    ]);
  });

  test("gives the agent's process the environment file that lies in the parameters", () => {
    const [start] = machine.calls("buildkite-agent").filter((call) => call.arguments[0] === "start");
    expect(start!["environment"]).toMatchObject({ MY_SECRET: ENVIRONMENT_SECRET, TMPDIR: "/var/tmp" });
  });

  test("runs the stack's own script as root before the agent starts", async () => {
    expect(await machine.read("/var/log/bootstrap-ran")).toBe("0\nagent not yet there\n");
  });

  test("lets operators log in with the keys of the bucket, and with no other", async () => {
    expect(await machine.read("/home/ec2-user/.ssh/authorized_keys")).toBe(`${LOGIN_KEY}\n`);
    expect(await machine.must("stat -c '%a %U' /home/ec2-user/.ssh/authorized_keys")).toBe("600 ec2-user\n");
    expect(await machine.must("systemctl is-active refresh_authorized_keys.timer")).toBe("active\n");
  });

  test("allows jobs the commands that the stack names, and no others", async () => {
    const as = { user: "buildkite-agent" } as const;
    expect(await machine.run("sudo -n true && sudo -n id -u", as)).toMatchObject({ code: 0, stdout: "0\n" });
    for (const command of [
      "sudo -n id",
      "sudo -n bash -c true",
      "sudo -n cat /etc/shadow",
      "sudo -n -u ec2-user true",
    ]) {
      expect(await machine.run(command, as)).toMatchObject({ code: 1 });
    }
  });

  test("configures Docker for the networks, the user mapping and the VPC", async () => {
    const daemon = JSON.parse(await machine.read("/etc/docker/daemon.json")) as Record<string, unknown>;
    expect(daemon).toMatchObject({ "userns-remap": "buildkite-agent", ipv6: true, experimental: true });
    expect(await machine.read("/etc/subgid")).toContain("buildkite-agent:992:1\nbuildkite-agent:100000:65536\n");
  });

  test("sets limits and the retention of logs", async () => {
    expect(await machine.read("/etc/systemd/system/buildkite-agent.slice")).toMatch(/MemoryMax=90%\n[^]*IOWeight=80\n/);
    const file = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json";
    const days = JSON.parse(await machine.read(file)).logs.logs_collected.files.collect_list.map(
      (one: any) => one.retention_in_days,
    );
    expect(new Set(days)).toEqual(new Set([30]));
    expect(machine.commands("amazon-cloudwatch-agent-ctl")).toHaveLength(1);
  });

  test("asks neither a package manager nor lifecycled for anything", () => {
    expect(machine.commands().filter((one) => /^(yum|dnf|apt|apt-get|pip|pip3|snap|lifecycled) /.test(one))).toEqual(
      [],
    );
  });

  const secrets = { "the agent's token": TOKEN, "a key": VERIFICATION_KEY, "the environment file": "MY_SECRET" };
  test.each(Object.entries(secrets))(
    "leaves %s in no file that everybody can read, and in no arguments",
    async (_, secret) => {
      const files = await filesWith(secret);
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter(({ access }) => !/^6[04]0 /.test(access))).toEqual([]);
      expect(machine.executions().length).toBeGreaterThan(100);
      expect(machine.executions().filter((line) => line.includes(secret.replaceAll('"', '\\"')))).toEqual([]);
    },
  );

  test("needs no more calls of AWS than it has things to fetch", () => {
    expect(machine.aws.requests.filter(({ status }) => status >= 400)).toEqual([]);
    expect(
      machine.aws
        .actions()
        .map((action) => action.replace(/\?.*/, ""))
        .sort(),
    ).toEqual([
      "GET /secrets-of-the-stack",
      "GET /secrets-of-the-stack/authorized_keys",
      "GET /secrets-of-the-stack/bootstrap.sh",
      "GetParameter",
      "GetParameter",
      "GetParametersByPath",
      "HEAD /secrets-of-the-stack/authorized_keys",
      "HEAD /secrets-of-the-stack/bootstrap.sh",
    ]);
  });
});

describe("jobs on the booted machine", () => {
  test("one that is allowed runs through all its hooks, with the stack's settings in its environment", async () => {
    const job = await machine.queue({ BUILDKITE_COMMAND: "pwd; id -un; docker ps" }, "valid").ended();
    expect(job).toMatchObject({
      code: 0,
      phases: ["pre-bootstrap", "environment", "pre-command", "command", "pre-exit"],
    });
    expect(job.log).toContain(`/builds/machine-0a1b2c3d-${machine.instance.id}-1/acme/app\nbuildkite-agent\n`);
    expect(job.environment).toMatchObject({
      AWS_REGION: "us-east-1",
      BUILDKITE_STACK_NAME: "machine-0a1b2c3d",
      BUILDKITE_SECRETS_BUCKET: "secrets-of-the-stack",
    });
  });

  test("one of another pipeline is refused before any hook of its own", async () => {
    const job = await machine
      .queue({ BUILDKITE_PIPELINE_SLUG: "other", BUILDKITE_COMMAND: "touch /tmp/ran" }, "valid")
      .ended();
    expect(job).toMatchObject({ code: -1, failedIn: "pre-bootstrap", phases: [] });
    expect((await machine.run("ls /tmp/ran")).code).not.toBe(0);
  });

  const roots = [
    "/etc/buildkite-agent/hooks/environment",
    "/etc/buildkite-agent/hooks/new-hook",
    "/etc/buildkite-agent/buildkite-agent.cfg",
    `${settings}/job-environment`,
    `${settings}/allowed-jobs`,
    `${settings}/agent.env`,
    "/usr/local/lib/buildkite-elastic-ci-stack/secrets.sh",
    "/usr/local/bin/terminate-instance",
    "/usr/bin/buildkite-agent-stable",
    "/run/buildkite-elastic-ci-stack/ready",
    "/run/buildkite-elastic-ci-stack/registered",
    `${settings}/agent-secrets/buildkite-agent.cfg`,
    "/var/log/elastic-stack.log",
    "/etc/sudoers.d/buildkite-agent",
    "/etc/docker/daemon.json",
    "/home/ec2-user/.ssh/authorized_keys",
  ];
  test.each(roots)("cannot change %s, nor put something else in its place", async (path) => {
    const command = `touch -c "$path"; echo x >>"$path"; mv "$path" "$path.old"; ln -sfn /tmp/x "$path"; rm -rf "$path"; mv "$(dirname "$path")" /tmp/gone`;
    const before = await machine.run('stat -c "%i %s %Y %Z" "$path"', { env: { path } });
    await machine.run(command, { user: "buildkite-agent", env: { path } });
    expect(await machine.run('stat -c "%i %s %Y %Z" "$path"', { env: { path } })).toEqual(before);
  });
});

describe("later boots", () => {
  test("change nothing, and start the agent when all the rest has come to its end", async () => {
    const isOurs = ({ path }: ChangedFile) => !/^\/(var|root)\//.test(path);
    const before = (await machine.changes()).filter(isOurs);
    const sums = () => machine.must("cd /run/sandbox/disk/changes && find etc usr -type f -exec sha256sum {} + | sort");
    const content = await sums();
    const calls = machine.calls().length;
    await machine.reboot();
    expect(await machine.must("systemctl show --property=ActiveState --value buildkite-agent")).toBe("inactive\n");
    expect(await machine.boot()).toMatchObject({ code: 0 });
    expect(await machine.must("systemctl show --property=ActiveState --value buildkite-agent")).toBe("active\n");
    expect((await machine.changes()).filter(isOurs)).toEqual(before);
    expect(await sums()).toBe(content);
    const again = machine.commands().slice(calls);
    expect(again.filter((one) => /restart docker|^dockerd|mkfs/.test(one))).toEqual([]);
    expect(again.filter((one) => one.startsWith("buildkite-agent start"))).toHaveLength(1);
    expect(await machine.queue({ BUILDKITE_COMMAND: "true" }, "valid").ended()).toMatchObject({ code: 0 });
  });
});
