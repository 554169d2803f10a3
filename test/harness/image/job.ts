import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { RootFolder } from "../root-folder";
import { shipped } from "../userdata/machine";

const imageFiles = join(__dirname, "../../../packer/linux/stack/files");
const library = "usr/local/lib/buildkite-elastic-ci-stack";

export type Environment = Readonly<Record<string, string>>;

interface Outcome {
  readonly code: number | null;
  /** What was printed: of a hook, what the job's log would show. */
  readonly log: string;
  /** The programs that were called, with their arguments; paths as on an instance. */
  readonly calls: readonly string[];
}

export interface HookOutcome extends Outcome {
  /** The job's environment afterwards. */
  readonly environment: Environment;
}

/** As the agent does it: the hook is sourced, and what it has exported is the job's environment from then on. */
const wrapper = `
. "$1"
status=$?
env -0 >"$FAKE/environment"
exit $status`;

/** Objects lie below bucket/. denied/KEY and broken/KEY make AWS refuse them, or fail. */
const aws = `
  option() { local word previous=; for word in "\${words[@]}"; do [[ $previous == "$1" ]] && printf '%s' "$word"; previous=$word; done; }
  words=("$@")
  cd "$FAKE/bucket"
  if [[ -e $FAKE/no-bucket ]]; then echo "An error occurred (NoSuchBucket) when calling it: our-secrets" >&2; exit 254; fi
  case $2 in
    list-objects-v2)
      prefix=$(option --prefix)
      found=$(find . -type f | sed 's|^./||' | sort | while read -r key; do
        if [[ $key == "$prefix"* && ( $* != *--delimiter* || $key != */* ) ]]; then echo "$key"; fi
      done)
      echo "\${found:-None}" ;;
    get-object)
      key=$(option --key)
      if [[ ! -e $key ]]; then echo "An error occurred (NoSuchKey) when calling GetObject" >&2; exit 254; fi
      if [[ -e $FAKE/denied/$key ]]; then echo "An error occurred (AccessDenied) when calling GetObject" >&2; exit 254; fi
      if [[ -e $FAKE/broken/$key ]]; then echo "Could not connect to our-secrets.s3.amazonaws.com" >&2; exit 255; fi
      cat "$key" >"\${*: -1}"
      echo '{"ETag": "metadata that is no content"}' ;;
  esac`;

const stubs: Environment = {
  aws,
  docker: '[[ ! -e $FAKE/docker-$1-fails ]] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }',
  // rooms: one "KILOBYTES INODES" for each time that somebody asks; the last one stays.
  df: `
    echo "Avail IFree"
    head -n 1 "$FAKE/rooms"
    if (($(wc -l <"$FAKE/rooms") > 1)); then sed -i 1d "$FAKE/rooms"; fi`,
  sudo: "[[ ! -e $FAKE/sudo-fails ]]",
  jq: 'if [[ $1 == --null-input ]]; then env -0 >"$FAKE/redacted"; else cat "$FAKE/data-root"; fi',
  "ssh-agent":
    'echo "SSH_AUTH_SOCK=/tmp/ssh/agent.1; export SSH_AUTH_SOCK;"; echo "SSH_AGENT_PID=4194399; export SSH_AGENT_PID;"; echo "echo Agent pid 4194399;"',
  "ssh-add": 'cat >>"$FAKE/ssh-keys"; echo "in $SSH_AUTH_SOCK" >>"$FAKE/ssh-keys"; [[ ! -e $FAKE/ssh-add-fails ]]',
  "buildkite-agent": 'cat >/dev/null; echo "this must not reach the hook"; [[ ! -e $FAKE/redactor-fails ]]',
};

const settings: Environment = {
  AWS_REGION: "eu-west-1",
  AWS_DEFAULT_REGION: "eu-west-1",
  BUILDKITE_SECRETS_BUCKET: "our-secrets",
  BUILDKITE_SECRETS_BUCKET_REGION: "eu-central-1",
  BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING: "false",
  BUILDKITE_ECR_POLICY: "none",
  ECR_CREDENTIAL_HELPER_ENABLED: "false",
  BUILDKITE_DOCKER_EXPERIMENTAL: "false",
  DOCKER_PRUNE_UNTIL: "4h",
  DOCKER_USERNS_REMAP: "true",
  PLUGINS_ENABLED: "secrets ecr docker-login",
};

const GIBIBYTE = 1024 * 1024;
export const PLENTY = `${20 * GIBIBYTE} 9000000\n`;
export const LITTLE = `${GIBIBYTE} 9000000\n`;

/** An instance that has booted, in a folder of its own, and jobs on it. Programs are stubs that record their calls. */
export class Job extends RootFolder {
  constructor() {
    super("job");
    for (const folder of ["etc/buildkite-agent/hooks", "usr/local/bin", library]) {
      cpSync(join(imageFiles, folder), join(this.root, folder), { recursive: true });
    }
    this.write(`${library}/instance.sh`, shipped("linux/instance.sh"));
    // The real one would look for processes of the computer that runs the tests.
    this.write(`${library}/clear-last-job.sh`, '#!/bin/bash\necho "clear-last-job.sh $*" >>"$FAKE/calls"\n', 0o755);
    for (const [name, body] of Object.entries(stubs)) this.stub(name, body);
    this.plugin("ecr/hooks/environment").plugin("docker-login/hooks/pre-command");
    this.folder("var/lib/docker").reset();
  }

  /** For the next job: nothing is left of the last one. */
  reset(): this {
    this.delete("fake").delete("tmp").delete("run").folder("tmp").folder("run/buildkite-agent").folder("fake/bucket");
    return this.set("rooms", PLENTY).set("data-root", "").settings({});
  }

  /** What the boot has written for the hooks, changed. */
  settings(changed: Environment): this {
    const entries = Object.entries({ ...settings, ...changed }).map(([name, content]) => `${name}=${content}\0`);
    return this.write("etc/buildkite-elastic-ci-stack/job-environment", entries.join(""));
  }

  object(key: string, content: string): this {
    return this.set(`bucket/${key}`, content);
  }

  /** A plugin's hook, which tells what it has been told. */
  plugin(path: string): this {
    const body = "env -0 | tr '\\0' '\\n' | grep '^BUILDKITE_PLUGIN' | sort | sed 's/^/plugin: /'";
    return this.write(`usr/local/buildkite-aws-stack/plugins/${path}`, `${body}\n`);
  }

  /** The body of a program in the search path. Each call is recorded in one write, for some run side by side. */
  stub(name: string, body: string): this {
    const record = `printf '%s\\n' "${name}\${*:+ }$*" >>"$FAKE/calls"`;
    return this.write(`stubs/${name}`, `#!/bin/bash\n${record}\n${body}\n`, 0o755);
  }

  hook(name: "environment" | "pre-command" | "pre-exit", environment: Environment = {}): HookOutcome {
    this.set("environment", "");
    const outcome = this.spawn(["-c", wrapper, "wrapper", `${this.root}/etc/buildkite-agent/hooks/${name}`], {
      TMPDIR: `${this.root}/tmp`,
      HOME: this.root,
      BUILDKITE_AGENT_NAME: "stack-i-0-1",
      BUILDKITE_JOB_ID: "0190-job",
      BUILDKITE_PIPELINE_SLUG: "web",
      BUILDKITE_REPO: "https://github.com/acme/web.git",
      BUILDKITE_BUILD_PATH: "/var/lib/buildkite-agent/builds",
      BUILDKITE_BUILD_CHECKOUT_PATH: "/var/lib/buildkite-agent/builds/agent-1/acme/web",
      ...environment,
    });
    const entries = this.read("fake/environment").split("\0").filter(Boolean);
    const pairs = entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]);
    return { ...outcome, environment: Object.fromEntries(pairs) as Environment };
  }

  run(program: string, environment: Environment = {}): Outcome {
    return this.spawn([join(this.root, program)], environment);
  }

  private spawn(words: readonly string[], environment: Environment): Outcome {
    this.set("calls", "");
    const child = spawnSync("/bin/bash", words, {
      env: { PATH: `${this.root}/stubs:/usr/bin:/bin`, FAKE: this.fake, ELASTIC_STACK_ROOT: this.root, ...environment },
      // What a text that comes to life leaves behind shall lie in here.
      cwd: this.root,
      encoding: "utf8",
      timeout: 300_000,
    });
    const shown = (text: string) => text.replaceAll(this.root, "");
    const calls = shown(this.read("fake/calls")).split("\n").filter(Boolean);
    return { code: child.status, log: shown(child.stdout + child.stderr), calls };
  }

  /** Every file below these folders. */
  files(...folders: readonly string[]): readonly string[] {
    const all = folders.flatMap((folder) =>
      readdirSync(join(this.root, folder), { recursive: true, withFileTypes: true }),
    );
    return all
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)));
  }
}
