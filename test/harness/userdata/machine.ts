import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { RootFolder } from "../root-folder";

const repository = join(__dirname, "../../..");
const library = "usr/local/lib/buildkite-elastic-ci-stack";

/** Where each static file of the Linux user data lies on an instance. */
export const linuxFiles = {
  "boot.sh": "boot.sh",
  "instance.sh": `${library}/instance.sh`,
  "with-environment.sh": `${library}/with-environment.sh`,
  "drain-watcher.sh": `${library}/drain-watcher.sh`,
  "clear-last-job.sh": `${library}/clear-last-job.sh`,
  "await-agent.sh": `${library}/await-agent.sh`,
  "liveness.sh": `${library}/liveness.sh`,
  "allow-jobs.sh": `${library}/allow-jobs.sh`,
  "pre-bootstrap.py": `${library}/pre-bootstrap.py`,
  "pre-checkout.sh": `${library}/pre-checkout.sh`,
  "buildkite-drain-watcher.service": "etc/systemd/system/buildkite-drain-watcher.service",
  "buildkite-liveness.service": "etc/systemd/system/buildkite-liveness.service",
  "buildkite-liveness.timer": "etc/systemd/system/buildkite-liveness.timer",
  "refresh-authorized-keys-private.conf": "etc/systemd/system/refresh_authorized_keys.service.d/private.conf",
  "buildkite-agent-watched.conf": "etc/systemd/system/buildkite-agent.service.d/watched.conf",
} as const;

/** Files that user data carries only where the stack limits the jobs of its agents. */
const checksOfJobs = ["allow-jobs.sh", "pre-bootstrap.py", "pre-checkout.sh"];

export const imageScripts = ["bk-mount-instance-storage.sh", "bk-configure-docker.sh", "bk-install-elastic-stack.sh"];

/** A script as it is shipped: without full-line comments and blank lines. */
export function shipped(path: string): string {
  const source = readFileSync(join(repository, "userdata", path), "utf8");
  return source
    .split("\n")
    .filter((line, index) => (index === 0 && line.startsWith("#!")) || !/^\s*(#|$)/.test(line))
    .map((line) => `${line}\n`)
    .join("");
}

export interface Outcome {
  readonly code: number | null;
  readonly log: string;
  readonly output: string;
  /** What was called, each with the second at which it happened; the clock starts at 0. */
  readonly calls: readonly string[];
  /** The second at which the machine is gone; undefined where it stays. */
  readonly gone: number | undefined;
}

/** A machine in a folder of its own: the real scripts as shipped, everything they call replaced by test/harness/userdata/stubs. */
export class Machine extends RootFolder {
  constructor(options: { realLoader?: boolean; limitsJobs?: boolean } = {}) {
    super("instance");
    for (const [name, path] of Object.entries(linuxFiles)) {
      if (options.limitsJobs || !checksOfJobs.includes(name)) this.write(path, shipped(`linux/${name}`), 0o755);
    }
    if (!options.realLoader) this.write(linuxFiles["with-environment.sh"], '#!/bin/bash\nexec "$@"\n', 0o755);
    for (const stub of readdirSync(join(__dirname, "stubs"))) {
      this.write(`stubs/${stub}`, readFileSync(join(__dirname, "stubs", stub), "utf8"), 0o755);
    }
    this.write("stubs-in-process.sh", readFileSync(join(__dirname, "stubs-in-process.sh"), "utf8"));
    for (const name of imageScripts) this.imageScript(name, "exit 0");
    this.set("clock", "0").set("end-of-time", "2000").set("agent-state", "active").set("job-seconds", "0");
    // As the agent lets a cancelled job go on where nobody has set another time.
    this.set("grace", "59").write("proc/77/task/77/children", "811 ").write("proc/77/task/78/children", "812 ");
    this.set("agent-log", "0 Successfully registered agent");
    this.metadata("instance-id", "0 i-0123456789abcdef0").metadata("placement/region", "0 eu-west-1");
    this.write("var/log/elastic-stack.log", "").write("proc/sysrq-trigger", "").set("agent-enabled", "");
    symlinkSync(join(this.fake, "clock"), join(this.root, "proc/uptime"));
  }

  override set(name: string, content: string): this {
    return super.set(name, `${content}\n`);
  }

  metadata(item: string, ...timeline: readonly string[]): this {
    return this.set(`metadata/${item.replaceAll("/", "_")}`, timeline.join("\n"));
  }

  imageScript(name: string, body: string): this {
    const record = `echo "$(<"$FAKE/clock") ${name}" >>"$FAKE/calls"`;
    return this.write(`usr/local/bin/${name}`, `#!/bin/bash\n${record}\n${body}\n`, 0o755);
  }

  run(
    script: keyof typeof linuxFiles,
    environment: Readonly<Record<string, string>> = {},
    ...words: string[]
  ): Outcome {
    const child = spawnSync("/bin/bash", [join(this.root, linuxFiles[script]), ...words], {
      env: {
        PATH: `${this.root}/stubs:/usr/bin:/bin`,
        BASH_ENV: `${this.root}/stubs-in-process.sh`,
        FAKE: this.fake,
        ELASTIC_STACK_ROOT: this.root,
        ...environment,
      },
      // What a text that comes to life leaves behind shall lie in here.
      cwd: this.root,
      encoding: "utf8",
      timeout: 300_000,
    });
    return {
      code: child.status,
      log: this.read("var/log/elastic-stack.log"),
      output: child.stdout + child.stderr,
      calls: this.read("fake/calls").split("\n").filter(Boolean),
      gone: this.read("fake/gone") === "" ? undefined : Number(this.read("fake/gone")),
    };
  }
}
