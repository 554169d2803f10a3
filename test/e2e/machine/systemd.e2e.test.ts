import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { saysWhichAgent } from "../../harness/agent/agent-process";
import { linuxFiles, shipped } from "../../harness/userdata/machine";
import { type Scenario, START, SystemdMachine } from "../../harness/userdata/systemd-machine";

const system = join(__dirname, "../../../packer/linux/stack/files/etc/systemd/system");
const shrink = "terminate-instance-in-auto-scaling-group --should-decrement-desired-capacity";
const replace = "terminate-instance-in-auto-scaling-group --no-should-decrement-desired-capacity";
const unhealthy = "set-instance-health --health-status";
const complete = "complete-lifecycle-action --lifecycle-action-result";
const heartbeat = "record-lifecycle-action-heartbeat --auto-scaling-group-name";

const ended = "until [[ $(systemctl show -P ActiveState buildkite-agent) == inactive ]]; do sleep 0.2; done";

/** What Buildkite's unit says about the agent's end, and a limit of starts that the watcher could run into. */
const publishedUnit = `[Unit]
StartLimitIntervalSec=60
StartLimitBurst=5
[Service]
User=buildkite-agent
ExecStart=/usr/bin/buildkite-agent start
ExecStopPost=/bin/bash -c 'echo ExecStopPost >>/facts/calls'
Restart=on-failure
RestartSec=1
KillMode=process
TimeoutStopSec=0
[Install]
WantedBy=multi-user.target
`;

/** Docker's units, as its packages bring them. */
const dockerUnits = {
  "docker.service": `[Unit]
After=network-online.target docker.socket
Wants=network-online.target
Requires=docker.socket
[Service]
ExecStart=/usr/bin/dockerd
`,
  "docker.socket": "[Socket]\nListenStream=/run/docker.sock\n[Install]\nWantedBy=sockets.target\n",
};

/** A stage of cloud-init that fails, with the image's drop-in for it. */
function failing(stage: string): Scenario {
  return {
    wants: stage,
    files: {
      [`units/${stage}`]: "[Service]\nType=oneshot\nExecStart=/bin/false\n",
      [`units/${stage}.d/off.conf`]: readFileSync(join(system, `${stage}.d/10-power-off-on-failure.conf`), "utf8"),
    },
  };
}

const jobRuns = 'until grep -qx "job starts" /facts/calls; do sleep 0.2; done';
const untilAsked = "until [[ -e /facts/finish ]]; do sleep 0.2; done";
/** The watcher has had time to look around. */
const finish = "sleep 5\ntouch /facts/finish";
const terminated = "printf Terminated >/facts/meta-data/autoscaling/target-lifecycle-state";
/** A process that hears nothing and holds no file of the job's. */
const leftBehind = "(trap '' TERM HUP; exec -a left-behind sleep 1000) >/dev/null 2>&1 </dev/null &";
const stubborn = "trap '' TERM; while :; do sleep 1; done";

const scenarios = {
  idle: { jobs: [`${leftBehind} sleep 1`], boot: `${START}\n${ended}\npgrep --count --full ^left-behind` },
  "told three times": {
    jobs: [untilAsked],
    boot: [
      START,
      jobRuns,
      "systemctl stop --no-block buildkite-agent",
      "systemctl stop --no-block buildkite-agent",
      "runuser --user buildkite-agent /usr/local/bin/terminate-instance",
      finish,
    ].join("\n"),
  },
  "a job that cleans up": {
    jobs: ["trap 'sleep 8; exit 3' TERM; while :; do sleep 1; done"],
    graceSeconds: 24,
    settings: { INSTANCE_TERMINATION_GRACE_PERIOD: "60", BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "25" },
    boot: `${START}\n${jobRuns}\n${terminated}`,
  },
  "a stubborn job": {
    jobs: [stubborn],
    settings: { INSTANCE_TERMINATION_GRACE_PERIOD: "45", BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "10" },
    boot: `${START}\n${jobRuns}\n${terminated}`,
  },
  "more grace than time": {
    jobs: [`${leftBehind} ${stubborn}`],
    graceSeconds: 899,
    settings: { INSTANCE_TERMINATION_GRACE_PERIOD: "40", BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "900" },
    boot: `${START}\n${jobRuns}\n${terminated}`,
  },
  refused: { refusal: "An error occurred (AccessDenied)" },
  "at the minimum": {
    jobs: [],
    config: ["disconnect-after-idle-timeout=1"],
    refusal: "An error occurred (ValidationError): Currently, desiredSize equals minSize (1).",
    boot: `${START}\nuntil (($(grep -cx "agent registers" /facts/calls) > 2)); do sleep 0.2; done\nsystemctl stop buildkite-drain-watcher buildkite-agent\nsystemctl poweroff --force`,
  },
  "retired at the minimum": {
    jobs: [untilAsked],
    refusal: "An error occurred (ValidationError): Currently, desiredSize equals minSize (1).",
    boot: `${START}\n${jobRuns}\nrunuser --user buildkite-agent /usr/local/bin/terminate-instance\n${finish}`,
  },
  "published unit": {
    register: 401,
    files: {
      "units/buildkite-agent.service": publishedUnit,
      "units/buildkite-agent.service.d/watched.conf": shipped("linux/buildkite-agent-watched.conf"),
    },
  },
  "watcher killed": { boot: `${START}\n${ended}\nsystemctl kill --signal=SIGKILL buildkite-drain-watcher` },
  "switched off by an operator": {
    jobs: ["sleep 3"],
    boot: `${START}\n${jobRuns}\nsystemctl start --no-block poweroff.target`,
  },
  rebooted: {
    boot: "/opt/boot.sh",
    files: {
      "opt/boot.sh": shipped("linux/boot.sh"),
      "var/log/elastic-stack-bootstrap-status": "Completed\n",
      "usr/local/bin/bk-install-elastic-stack.sh": `#!/bin/bash\n${START}\n`,
    },
  },
  "started before its time": { boot: "systemctl start buildkite-agent\necho code $?\nsystemctl poweroff --force" },
  "cloud-init.service": failing("cloud-init.service"),
  "cloud-init-network.service": failing("cloud-init-network.service"),
  "cloud-final.service": failing("cloud-final.service"),
} satisfies Record<string, Scenario>;

type Name = keyof typeof scenarios;
const names = Object.keys(scenarios) as Name[];
const outcomes = new Map<Name, Awaited<ReturnType<SystemdMachine["run"]>>>();
const calls = (name: Name) => outcomes.get(name)!.calls;
const began = ["agent registers", "job starts"];
const finished = [...began, "job ends 0", "agent leaves"];

beforeAll(async () => {
  process.stderr.write(`${saysWhichAgent()}\n`);
  const probe = ["--mount", "--pid", "--fork", "--cgroup", "--net", "test", "-x", "/lib/systemd/systemd"];
  if (spawnSync("unshare", probe).status !== 0) {
    throw new Error("These tests start systemd in namespaces: they need systemd, and root that may make namespaces.");
  }
  // They mostly wait, so they do it all at once.
  await Promise.all(names.map(async (name) => outcomes.set(name, await new SystemdMachine(scenarios[name]).run())));
});

test.each(names)("%s: in the end the machine is off", (name) => {
  expect(outcomes.get(name)).toMatchObject({ isOff: true });
});

test("an agent that ends by itself: systemd ends what its jobs left behind, and the instance leaves the group", () => {
  expect(calls("idle")).toEqual([...finished, shrink, complete]);
  expect(outcomes.get("idle")!.boot).toBe("0\n");
});

test("an agent that is told by several to stop gets one SIGTERM and finishes its job", () => {
  expect(calls("told three times")).toEqual([...finished, shrink, complete]);
});

test("when time is over, a job that hears it has its grace, and Buildkite hears of it before the action completes", () => {
  const end = ["job ends -1 SIGTERM agent_stop", "agent leaves", complete];
  expect(calls("a job that cleans up")).toEqual([...began, heartbeat, ...end]);
});

test.each<Name>(["a stubborn job", "more grace than time"])(
  "when time is over, %s is killed, and Buildkite hears of it before the action completes",
  (name) => {
    const end = ["job ends -1 SIGKILL agent_stop", "agent leaves", complete];
    expect(calls(name)).toEqual([...began, heartbeat, ...end]);
  },
);

test("where the group refuses everything the instance asks for all it can, and switches itself off", () => {
  expect([...new Set(calls("refused").slice(finished.length))]).toEqual([shrink, replace, unhealthy]);
});

test("at the group's minimum an idle agent is started again and again", () => {
  const seen = calls("at the minimum");
  expect(seen.filter((call) => call === "agent registers").length).toBeGreaterThan(2);
  expect([...new Set(seen)].filter((call) => !call.startsWith("agent"))).toEqual([shrink]);
});

test("at the group's minimum an instance that is retired asks for a replacement", () => {
  expect(calls("retired at the minimum").slice(0, 6)).toEqual([...finished, shrink, replace]);
});

test("under Buildkite's unit a failed agent is started by the watcher alone, and nothing else follows its end", () => {
  expect(calls("published unit")).toEqual([...Array<string>(6).fill("agent is answered 401"), shrink, complete]);
});

test("a watcher that is killed comes back and still knows that the agent has ended", () => {
  expect(calls("watcher killed").slice(finished.length)).toEqual([shrink, complete]);
});

test("an operator's shutdown lets the job finish, and takes nothing out of the group", () => {
  expect(calls("switched off by an operator")).toEqual(finished);
});

test("at a later boot the image's last part starts the agent, which nothing else does", () => {
  expect(calls("rebooted")).toEqual([...finished, shrink, complete]);
});

test("nothing starts the agent before the boot has come to its end", () => {
  expect(calls("started before its time")).toEqual([]);
  expect(outcomes.get("started before its time")!.boot).toContain("code 1");
});

test("systemd has nothing to say about any unit of the image and of the user data, nor about their order beside Docker's", () => {
  const root = mkdtempSync(join(tmpdir(), "units-"));
  const units = join(root, "etc/systemd/system");
  cpSync("/lib/systemd/system", join(root, "lib/systemd/system"), { recursive: true });
  cpSync(system, units, { recursive: true });
  const write = (path: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
  };
  for (const [name, path] of Object.entries(linuxFiles)) {
    if (path.includes("/systemd/")) write(path, shipped(`linux/${name}`));
  }
  for (const [name, content] of Object.entries(dockerUnits)) write(`etc/systemd/system/${name}`, content);
  const names = readdirSync(units).filter((name) => /\.(service|timer)$/.test(name));
  // As where instance storage is enabled.
  const storage = "bk-mount-instance-storage.service";
  mkdirSync(join(units, "docker.service.requires"));
  symlinkSync(`/etc/systemd/system/${storage}`, join(units, "docker.service.requires", storage));
  for (const name of names) {
    const content = readFileSync(join(units, name), "utf8");
    for (const [, program] of content.matchAll(/^Exec\w+=[-+!]*(\/\S+)/gm)) write(program!, "#!/bin/sh\n", 0o755);
  }
  const words = ["verify", `--root=${root}`, "--man=no", "--recursive-errors=no"];
  const child = spawnSync("systemd-analyze", [...words, ...names], { encoding: "utf8" });
  rmSync(root, { recursive: true });
  expect(child).toMatchObject({ status: 0, stdout: "", stderr: "" });
});
