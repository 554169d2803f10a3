import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readReport } from "../../../../lambda/agent-scaler/elastic/survey";

const ROOT = join(__dirname, "../../../..");
const script = (name: string): string => readFileSync(join(ROOT, "lambda", "agent-scaler", name), "utf8");
const drainWatcher = readFileSync(join(ROOT, "userdata", "windows", "drain-watcher.ps1"), "utf8");

interface Instance {
  readonly load?: string;
  readonly state?: string;
  /** Process of the agent, 0: none. */
  readonly agent?: string;
  /** Children of that process; undefined: there is no pgrep. */
  readonly children?: number | undefined;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "survey-agent-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Runs the script as Systems Manager does, on an instance with stand-ins for systemd and pgrep. */
function run(
  shell: string,
  source: string,
  { load = "loaded", state = "active", agent = "4711", ...instance }: Instance,
) {
  const children = "children" in instance ? instance.children : 0;
  program(
    "systemctl",
    `case "$*" in
      "show --property=LoadState --value buildkite-agent.service") echo ${load} ;;
      "show --property=ActiveState --value buildkite-agent.service") echo ${state} ;;
      "show --property=MainPID --value buildkite-agent.service") echo ${agent} ;;
      *) echo "$*" >> ${folder}/orders ;;
    esac`,
  );
  if (children !== undefined) {
    program("pgrep", `[ "$*" = "--count --parent 4711" ] || exit 2; echo ${children}; [ ${children} != 0 ]`);
  }
  writeFileSync(join(folder, "script"), source);
  const { stdout, status } = spawnSync(shell, [join(folder, "script")], {
    env: { PATH: folder },
    encoding: "utf8",
  });
  const orders = join(folder, "orders");
  return { stdout, status, orders: existsSync(orders) ? readFileSync(orders, "utf8") : "" };
}

const instances = [
  { name: "an idle agent", instance: {}, report: { agent: "active", jobs: 0 }, stops: true },
  { name: "an agent with two jobs", instance: { children: 2 }, report: { agent: "active", jobs: 2 }, stops: false },
  {
    name: "an agent that starts",
    instance: { state: "activating" },
    report: { agent: "starting", jobs: 0 },
    stops: false,
  },
  {
    name: "an agent that drains",
    instance: { state: "deactivating", children: 1 },
    report: { agent: "draining", jobs: 1 },
    stops: false,
  },
  {
    name: "an agent that has ended",
    instance: { state: "inactive", agent: "0" },
    report: { agent: "stopped", jobs: 0 },
    stops: false,
  },
  {
    name: "an agent that has failed",
    instance: { state: "failed", agent: "0" },
    report: { agent: "stopped", jobs: 0 },
    stops: false,
  },
  { name: "no agent", instance: { load: "not-found", state: "inactive", agent: "0" }, report: undefined, stops: false },
  { name: "no pgrep", instance: { children: undefined }, report: undefined, stops: false },
  { name: "no output of systemd", instance: { load: "", state: "", agent: "" }, report: undefined, stops: false },
];

// One of them is sh on every Linux.
const SHELLS = ["/bin/sh", "/bin/bash"];
const everywhere = instances.flatMap((instance) => SHELLS.map((shell) => ({ ...instance, shell })));

test.each(everywhere)("a Linux instance with $name is reported as it is by $shell", ({ shell, instance, report }) => {
  const { stdout, orders } = run(shell, script("survey-agent.sh"), instance);
  expect(readReport(stdout)).toEqual(report);
  expect(stdout.split("\n")).toHaveLength(2);
  expect(orders).toBe("");
});

test.each(everywhere)(
  "the order to stop, in $shell, stops a Linux instance with $name: $stops",
  ({ shell, instance, stops }) => {
    const { orders } = run(shell, script("survey-agent.sh") + script("stop-idle-agent.sh"), instance);
    expect(orders).toBe(stops ? "stop --no-block buildkite-agent.service\n" : "");
  },
);

test("a stop that fails is the command's failure", () => {
  const source = `${script("survey-agent.sh")}systemctl() { return 5; }\n${script("stop-idle-agent.sh")}`;
  expect(run("/bin/sh", source, {}).status).toBe(5);
});

test("on Windows the states of services are translated into those that the scaler parses", () => {
  const words = [...script("survey-agent.ps1").matchAll(/'(?:[A-Z][a-z]+ ?)+' = '([a-z]+)'/g)].map(([, word]) => word);
  const agents = words.map((word) => readReport(`buildkite-agent state=${String(word)} jobs=0`)?.agent);
  expect(agents).toEqual(["active", "starting", "draining", "stopped", "starting"]);
});

test("on Windows the line is the one that the scaler parses", () => {
  const [, line = ""] = /^Write-Output "(.+)"$/m.exec(script("survey-agent.ps1")) ?? [];
  expect(readReport(line.replace("$state", "active").replace("$jobs", "3"))).toEqual({ agent: "active", jobs: 3 });
});

test("on Windows the mark of a drain and the way to stop are the drain watcher's", () => {
  expect(drainWatcher).toContain("StartType -eq 'Disabled'");
  expect(script("survey-agent.ps1")).toContain("StartMode -eq 'Disabled'");
  const watcher = /\$watcher = '.+'/.exec(script("stop-idle-agent.ps1"))?.[0] ?? "none";
  const stopAgent = readFileSync(join(ROOT, "lambda", "stop-buildkite-agents", "stop-agent.ps1"), "utf8");
  expect(stopAgent).toContain(watcher);
  expect(script("stop-idle-agent.ps1")).toMatch(/-File \$watcher StopAgent$/m);
});

describe.each(["survey-agent.ps1", "stop-idle-agent.ps1"])("%s", (name) => {
  test("is plain ASCII, as Windows PowerShell 5.1 needs it", () => {
    expect(script(name)).toMatch(/^[\x20-\x7e\n]+$/);
  });

  test("closes every bracket outside of strings", () => {
    const code = script(name)
      .replace(/^\s*#.*$/gm, "")
      .replace(/'[^']*'|"[^"]*"/g, "");
    for (const [open = "", close = ""] of [..."() [] {}".split(" ")].map((pair) => pair.split(""))) {
      expect(code.split(open).length).toBe(code.split(close).length);
    }
  });
});
