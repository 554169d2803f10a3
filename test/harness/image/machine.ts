import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { RootFolder } from "../root-folder";
import { shipped } from "../userdata/machine";

const repository = join(__dirname, "../../..");
export const imageFiles = join(repository, "packer/linux/stack/files");
export const library = "usr/local/lib/buildkite-elastic-ci-stack";

export interface Outcome {
  readonly code: number | null;
  /** What the script printed, wherever it sent it. */
  readonly log: string;
  /** The programs that were called, with their arguments; paths as on an instance. */
  readonly calls: readonly string[];
}

const stubs = join(__dirname, "stubs.sh");
const stubNames = [...readFileSync(stubs, "utf8").matchAll(/^ {2}(\w[\w.| -]*)\)/gm)].flatMap(([, names]) =>
  names!.split(" | "),
);

/** An instance in a folder of its own: the image's files, with recording stubs for what they call. */
export class ImageMachine extends RootFolder {
  constructor() {
    super("image");
    this.link("usr/local/bin", join(imageFiles, "usr/local/bin"));
    for (const name of readdirSync(join(imageFiles, library))) {
      this.link(`${library}/${name}`, join(imageFiles, library, name));
    }
    cpSync(join(imageFiles, "opt"), join(this.root, "opt"), { recursive: true });
    // The image's copy; user data brings its own.
    this.write(`${library}/instance.sh`, shipped("linux/instance.sh"));
    this.write(`${library}/clear-last-job.sh`, shipped("linux/clear-last-job.sh"), 0o755);
    this.write(`${library}/await-agent.sh`, shipped("linux/await-agent.sh"), 0o755);
    this.set("journal", 'INFO Successfully registered agent "a" with tags []\n');
    for (const name of stubNames) this.link(`stubs/${name}`, stubs);
    this.link("opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl", stubs);
    for (const channel of ["stable", "edge", "oldstable"]) this.agent(channel, "3.137.0+1");
    this.agent("beta", "4.0.0-beta.15");
    for (const folder of ["var/log", "dev", "run", "etc/sudoers.d", "etc/systemd/system", "etc/buildkite-agent"])
      this.folder(folder);
    this.set("mounted", "").set("listing", "").write("etc/os-release", 'NAME="Amazon Linux"\nID="amzn"\n');
    this.metadata("instance-id", "i-0123456789abcdef0").metadata("placement/region", "eu-west-1");
    this.metadata("mac", "0a:00").metadata("network/interfaces/macs/0a:00/vpc-ipv4-cidr-blocks", "10.0.0.0/16");
    this.parameter("/buildkite/buildkite/agent-token", "the-secret-token\n");
  }

  program(path: string, body: string): this {
    return this.write(path, `#!/bin/bash\n${body}\n`, 0o755);
  }

  /** Another body for a program in the search path; its calls are recorded all the same. */
  stub(name: string, body: string): this {
    rmSync(join(this.root, "stubs", name), { force: true });
    return this.program(`stubs/${name}`, `printf '%s\\n' "${name}\${*:+ }$*" >>"$FAKE/calls"\n${body}`);
  }

  agent(channel: string, version: string): this {
    return this.program(`usr/bin/buildkite-agent-${channel}`, `echo "buildkite-agent version ${version}"`);
  }

  /** A link to an absolute path, or to one of this machine. */
  link(path: string, target: string): this {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    symlinkSync(resolve(this.root, target), join(this.root, path));
    return this;
  }

  metadata(item: string, value: string): this {
    return this.set(`metadata/meta-data_${item.replaceAll("/", "_")}`, value);
  }

  parameter(name: string, value: string): this {
    return this.set(`parameters/${name.replaceAll("/", "_")}`, value);
  }

  run(script: string, environment: Readonly<Record<string, string>> = {}, words: string[] = [], input = ""): Outcome {
    const child = spawnSync("/bin/bash", [join(this.root, script), ...words], {
      env: { PATH: `${this.root}/stubs:/usr/bin:/bin`, FAKE: this.fake, ELASTIC_STACK_ROOT: this.root, ...environment },
      // What a text that comes to life leaves behind shall lie in here.
      cwd: this.root,
      encoding: "utf8",
      input,
      timeout: 300_000,
    });
    const calls = this.read("fake/calls").replaceAll(this.root, "").split("\n").filter(Boolean);
    this.set("calls", "");
    return { code: child.status, log: this.read("var/log/elastic-stack.log") + child.stdout + child.stderr, calls };
  }

  /** Calls functions of the libraries, as the boot's scripts do. What they print is the log. */
  call(libraries: readonly string[], code: string, environment?: Readonly<Record<string, string>>): Outcome {
    const sources = libraries.map((name) => `source "$ELASTIC_STACK_ROOT/${library}/${name}"`).join("\n");
    this.program("call", `set -Eeuo pipefail\nshopt -s inherit_errexit\n${sources}\n${code}`);
    return this.run("call", environment);
  }

  mount = (environment?: Readonly<Record<string, string>>) =>
    this.run("usr/local/bin/bk-mount-instance-storage.sh", environment);
  docker = (environment?: Readonly<Record<string, string>>) =>
    this.run("usr/local/bin/bk-configure-docker.sh", environment);
  install = (environment?: Readonly<Record<string, string>>) =>
    this.run("usr/local/bin/bk-install-elastic-stack.sh", environment);

  /** Every file below these folders, with its content. */
  snapshot(...folders: readonly string[]): Record<string, string> {
    const files = folders.flatMap((folder) =>
      readdirSync(join(this.root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    return Object.fromEntries(files.map((file) => [relative(this.root, file), readFileSync(file, "utf8")]));
  }
}
