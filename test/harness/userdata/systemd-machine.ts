import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { agentFile, jobsFile, realAgent } from "../agent/agent-process";
import { linuxFiles, shipped } from "./machine";

const repository = join(__dirname, "../../..");
const programs = join(__dirname, "systemd");
const image = join(repository, "packer/linux/stack/files");
const places: Readonly<Record<string, string>> = {
  aws: "usr/local/bin/aws",
  curl: "usr/local/bin/curl",
  journalctl: "usr/local/bin/journalctl",
};
const PORT = 3000;
const HOME = "var/lib/buildkite-agent";
const SECRETS = "etc/buildkite-elastic-ci-stack/agent-secrets";

/** The times of the drain watcher, in seconds that a test can wait for, and in which a busy computer gets things done. */
const times = {
  poll_seconds: 1,
  end_seconds: 15,
  shrink_seconds: 18,
  replace_seconds: 36,
  leave_seconds: 54,
};

/** What systemd itself brings; the sandbox has nothing else of the machine that runs the tests. */
const ofSystemd = ["poweroff.target", "shutdown.target", "umount.target", "final.target", "systemd-poweroff.service"];
const empty = ["sysinit.target", "basic.target", "network-online.target"];

export interface Scenario {
  /** What the agent's jobs run. It takes one after the other, and ends after the first if its configuration says nothing else. */
  readonly jobs?: readonly string[];
  readonly config?: readonly string[];
  /** How long the agent lets a cancelled job go on. */
  readonly graceSeconds?: number;
  /** The status that the agent gets for registering. */
  readonly register?: number;
  /** What the boot does, as root. */
  readonly boot?: string;
  /** What Auto Scaling answers to everything. */
  readonly refusal?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Further files of the machine, units among them, by their path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly wants?: string;
  /** Paths of files that it lacks. */
  readonly without?: readonly string[];
}

/** A machine whose process 1 is systemd, with the agent's and the drain watcher's real units. It needs root and namespaces. */
export class SystemdMachine {
  private readonly work = mkdtempSync(join(tmpdir(), "systemd-"));

  constructor(private readonly scenario: Scenario) {
    for (const folder of ["disk", "cgroup", "facts/meta-data/autoscaling"])
      mkdirSync(join(this.work, folder), { recursive: true });
    this.stagePrograms();
    this.stageUnits();
    this.stageUser();
    this.stageAgent();
    for (const [path, content] of Object.entries(scenario.files ?? {}))
      this.stage(path, content, content.startsWith("#!") ? 0o755 : path.startsWith(SECRETS) ? 0o600 : 0o644);
    for (const path of scenario.without ?? []) rmSync(join(this.work, "stage", path));
    const listens = "until [[ -s /facts/port ]]; do sleep 0.1; done";
    this.write(
      "facts/boot",
      `#!/bin/bash\nexec >>/facts/boot.log 2>&1\n${listens}\n${scenario.boot ?? START}\n`,
      0o755,
    );
    this.write("facts/calls", "", 0o666);
    this.write("facts/boot.log", "");
    this.write("facts/uptime", "1.00 1.00\n");
    this.write("facts/meta-data/instance-id", "i-0123456789abcdef0");
    this.write("facts/meta-data/placement/region", "eu-west-1");
    if (scenario.refusal !== undefined) this.write("facts/refusal", scenario.refusal);
  }

  /** Runs until the machine is off, and returns what was called, in order. */
  async run(): Promise<{ calls: string[]; boot: string; isOff: boolean }> {
    const child = spawn(join(programs, "machine.sh"), [this.work], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    child.stdout.on("data", (data: Buffer) => output.push(data.toString()));
    child.stderr.on("data", (data: Buffer) => output.push(data.toString()));
    const clock = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), 840_000);
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    clearTimeout(clock);
    const calls = this.read("facts/calls").split("\n").filter(Boolean);
    const boot = this.read("facts/boot.log") + output.join("");
    rmSync(this.work, { recursive: true, force: true });
    return { calls, boot, isOff: code === 0 };
  }

  private stagePrograms(): void {
    const watched = [
      "instance.sh",
      "with-environment.sh",
      "drain-watcher.sh",
      "await-agent.sh",
      "liveness.sh",
    ] as const;
    for (const name of watched) this.stage(linuxFiles[name], shipped(`linux/${name}`), 0o755);
    const watcher = Object.entries(times).reduce(
      (text, [name, seconds]) => text.replace(new RegExp(`^${name}=.*$`, "m"), `${name}=${String(seconds)}`),
      shipped("linux/drain-watcher.sh"),
    );
    this.stage(linuxFiles["drain-watcher.sh"], watcher, 0o755);
    for (const name of readdirSync(programs)) {
      const place = places[name];
      if (place !== undefined) this.stage(place, readFileSync(join(programs, name), "utf8"), 0o755);
    }
    const library = "usr/local/lib/buildkite-elastic-ci-stack";
    for (const path of ["usr/local/bin/terminate-instance", `${library}/agent-secrets.sh`])
      this.stage(path, readFileSync(join(image, path), "utf8"), 0o755);
    const names = { ASG_NAME: "group", LIFECYCLE_HOOK_NAME: "hook", AWS_REGION: "eu-west-1" };
    const limits = {
      INSTANCE_TERMINATION_GRACE_PERIOD: "60",
      BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "10",
      BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "0",
    };
    const content = { ...names, ...limits, ...this.scenario.settings };
    this.stage("etc/buildkite-elastic-ci-stack/environment.json", JSON.stringify(content));
  }

  private stageUnits(): void {
    cpSync(join(image, "etc/systemd/system"), join(this.work, "stage/units"), { recursive: true });
    for (const name of empty) this.stage(`units/${name}`, "[Unit]\nDefaultDependencies=no\n");
    for (const name of ofSystemd) this.stage(`units/${name}`, readFileSync(`/lib/systemd/system/${name}`, "utf8"));
    // Else it is gone before the last call of a shutdown could be written down.
    this.stage("units/facts.mount.d/stay.conf", "[Unit]\nDefaultDependencies=no\n");
    this.stage("units/buildkite-drain-watcher.service", shipped("linux/buildkite-drain-watcher.service"));
    this.stage("units/buildkite-liveness.service", shipped("linux/buildkite-liveness.service"));
    this.stage("units/buildkite-liveness.timer", shipped("linux/buildkite-liveness.timer").replaceAll("=30", "=1"));
    const wants = this.scenario.wants ?? "buildkite-drain-watcher.service boot.service";
    this.stage("units/sandbox.target", `[Unit]\nDefaultDependencies=no\nWants=agent-api.service ${wants}\n`);
    // A shutdown stops the agent first.
    const api = `Environment=PORT_FILE=/facts/port\nExecStart=/opt/agent/fake_agent_api.py /facts ${PORT}`;
    this.stage("units/agent-api.service", `[Unit]\nBefore=buildkite-agent.service\n[Service]\n${api}\n`);
    this.stage("units/boot.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/facts/boot\n");
  }

  private stageUser(): void {
    const user = "buildkite-agent:x:2000:";
    this.stage("etc/passwd", `${readFileSync("/etc/passwd", "utf8")}${user}2000::/var/lib/buildkite-agent:/bin/bash\n`);
    this.stage("etc/group", `${readFileSync("/etc/group", "utf8")}${user}\n`);
    this.stage(`${HOME}/.bashrc`, "");
    chownSync(join(this.work, "stage", HOME), 2000, 2000);
    this.stage("var/log/elastic-stack.log", "");
  }

  /** The real agent where there is one, else its stand-in, and in both cases a fake of the API that it speaks. */
  private stageAgent(): void {
    const { jobs = ["sleep 1"], config = ["disconnect-after-job=true"], graceSeconds = 9, register } = this.scenario;
    cpSync(join(__dirname, "../agent"), join(this.work, "stage/opt/agent"), { recursive: true });
    if (realAgent === "") this.stage("usr/bin/buildkite-agent", STAND_IN, 0o755);
    else cpSync(realAgent, join(this.work, "stage/usr/bin/buildkite-agent"));
    const endpoint = `http://127.0.0.1:${PORT}`;
    const file = agentFile(`/${HOME}`, endpoint, graceSeconds, config);
    // Our image's unit takes it out of a pipe, Buildkite's from where the agent looks by itself.
    this.stage(`${SECRETS}/buildkite-agent.cfg`, file, 0o600);
    this.stage("etc/buildkite-agent/buildkite-agent.cfg", file);
    this.write("facts/jobs.json", jobsFile(jobs.map((command) => ({ BUILDKITE_COMMAND: command }))));
    if (register !== undefined) this.write("facts/register", String(register));
  }

  private stage(path: string, content: string, mode = 0o644): void {
    this.write(`stage/${path}`, content, mode);
  }

  private write(path: string, content: string, mode = 0o644): void {
    const target = join(this.work, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, mode);
  }

  private read(path: string): string {
    return readFileSync(join(this.work, path), "utf8");
  }
}

const STAND_IN = '#!/bin/sh\nexec /opt/agent/buildkite-agent "$@"\n';

/** The end of an image's boot. */
export const START =
  "mkdir -p /run/buildkite-elastic-ci-stack && touch /run/buildkite-elastic-ci-stack/ready\nsystemctl start buildkite-agent.service";
