import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { linuxFiles, shipped } from "./machine";

const repository = join(__dirname, "../../..");
const programs = join(__dirname, "systemd");
const image = join(repository, "packer/linux/stack/files");
const places: Readonly<Record<string, string>> = {
  aws: "usr/local/bin/aws",
  curl: "usr/local/bin/curl",
  journalctl: "usr/local/bin/journalctl",
  "buildkite-agent": "usr/bin/buildkite-agent",
};

/** The times of the drain watcher, in seconds that a test can wait for, and in which a busy computer gets things done. */
const times = {
  poll_seconds: 1,
  cancel_seconds: 6,
  shrink_seconds: 18,
  replace_seconds: 36,
  leave_seconds: 54,
};

/** What systemd itself brings; the sandbox has nothing else of the machine that runs the tests. */
const ofSystemd = ["poweroff.target", "shutdown.target", "umount.target", "final.target", "systemd-poweroff.service"];
const empty = ["sysinit.target", "basic.target", "network-online.target"];

export interface Scenario {
  /** Seconds of the agent's job, the agent's exit code, and "told" where the seconds begin when the agent is told to stop. */
  readonly agent?: string;
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
    for (const [path, content] of Object.entries(scenario.files ?? {}))
      this.stage(path, content, content.startsWith("#!") ? 0o755 : 0o644);
    for (const path of scenario.without ?? []) rmSync(join(this.work, "stage", path));
    this.write("facts/agent", scenario.agent ?? "1 0");
    this.write("facts/boot", `#!/bin/bash\nexec >>/facts/boot.log 2>&1\n${scenario.boot ?? START}\n`, 0o755);
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
    this.stage("etc/buildkite-elastic-ci-stack/agent-secrets/buildkite-agent.cfg", "token=secret\n", 0o600);
    const names = { ASG_NAME: "group", LIFECYCLE_HOOK_NAME: "hook", AWS_REGION: "eu-west-1" };
    const limits = { INSTANCE_TERMINATION_GRACE_PERIOD: "60", BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "0" };
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
    this.stage("units/sandbox.target", `[Unit]\nDefaultDependencies=no\nWants=${wants}\n`);
    this.stage("units/boot.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/facts/boot\n");
  }

  private stageUser(): void {
    const user = "buildkite-agent:x:2000:";
    this.stage("etc/passwd", `${readFileSync("/etc/passwd", "utf8")}${user}2000::/var/lib/buildkite-agent:/bin/bash\n`);
    this.stage("etc/group", `${readFileSync("/etc/group", "utf8")}${user}\n`);
    this.stage("var/lib/buildkite-agent/.bashrc", "");
    this.stage("var/log/elastic-stack.log", "");
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

/** The end of an image's boot. */
export const START =
  "mkdir -p /run/buildkite-elastic-ci-stack && touch /run/buildkite-elastic-ci-stack/ready\nsystemctl start buildkite-agent.service";
