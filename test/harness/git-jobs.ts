import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { JobCheck, type Lists } from "./job-check";
import { RootFolder } from "./root-folder";
import { shipped } from "./userdata/machine";

/** More commits than the hook fetches before it fetches all. */
const LONG_HISTORY = 150;

/** Two repositories as GitHub serves them: a commit is to be had by its hash, and pull requests have refs. */
const REPOSITORIES = `
set -euo pipefail
commit() {
  local blob tree
  blob=$(git hash-object -w --stdin <<<"$1")
  tree=$(printf '100644 blob %s\\tsays\\n' "$blob" | git mktree)
  git commit-tree -m "$1" \${2:+-p "$2"} "$tree"
}
for name in acme/web evil/web; do
  git init --quiet --bare "$ROOT/server/$name"
  cd "$ROOT/server/$name"
  git config uploadpack.allowAnySHA1InWant true
  git config uploadpack.allowFilter true
  for second in $(seq ${LONG_HISTORY}); do
    printf 'commit refs/heads/main\\ncommitter a <a@b> %s +0000\\ndata 1\\nx\\nM 644 inline says\\ndata 5\\n%.4s\\n\\n' "$second" "\${name/acme/main}"
  done | git fast-import --quiet
  git symbolic-ref HEAD refs/heads/main
done
cd "$ROOT/server/acme/web"
git update-ref refs/heads/feature "$(commit feature main)"
git update-ref refs/heads/release/1 "$(commit release main)"
git update-ref refs/pull/7/head "$(commit fork main)"
git update-ref refs/tags/v1 "$(commit tagged main)"
git tag --annotate --message x v2 "$(commit annotated main)"
git clone --quiet --bare . ../fork.git
git --git-dir ../fork.git update-ref refs/heads/topic "$(git rev-parse refs/pull/7/head)"
git --git-dir ../fork.git update-ref refs/heads/twin main
git update-ref refs/heads/twin main
git update-ref refs/tags/twin refs/pull/7/head
`;

/** How both versions of the agent find a job's code, as far as its variables decide that. */
const CHECKOUT = `
set -euo pipefail
rm -rf "$ROOT/checkout"
git clone --quiet \${BUILDKITE_GIT_CLONE_FLAGS:-} -- "\${BUILDKITE_GIT_REMOTE_MIRROR_URL:-$BUILDKITE_REPO}" "$ROOT/checkout"
cd "$ROOT/checkout"
what=$BUILDKITE_COMMIT
[[ $what != HEAD ]] || what=$BUILDKITE_BRANCH
[[ \${BUILDKITE_PULL_REQUEST:-false} == false ]] || what=refs/pull/$BUILDKITE_PULL_REQUEST/head
git fetch --quiet origin "$what"
[[ $BUILDKITE_COMMIT != HEAD ]] || BUILDKITE_COMMIT=FETCH_HEAD
git checkout --quiet -f "$BUILDKITE_COMMIT" || git checkout --quiet -f FETCH_HEAD
cat says
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Jobs on real repositories: the two hooks, and a checkout as the agent makes it. It needs Git and Python. */
export class GitJobs extends RootFolder {
  private readonly check = new JobCheck();
  private readonly hook = "etc/buildkite-agent/hooks/pre-checkout";

  constructor() {
    super("git-jobs");
    this.write(this.hook, shipped("linux/pre-checkout.sh"), 0o755).folder("home").folder("tmp");
    const served = (folder: string, address: string) =>
      `[url "file://${this.root}/server/${folder}/"]\n  insteadOf = ${address}\n`;
    this.write(
      "home/.gitconfig",
      `${served("acme", "https://github.com/acme/")}${served("evil", "https://evil.com/")}[user]\n  name = a\n  email = a@b\n`,
    );
    this.bash(REPOSITORIES);
  }

  hash(ref: string): string {
    return this.bash(`git --git-dir "$ROOT/server/acme/web" rev-parse "${ref}^{commit}"`).stdout.trim();
  }

  evil(): string {
    return this.bash('git --git-dir "$ROOT/server/evil/web" rev-parse main').stdout.trim();
  }

  /** What the code says that the agent would run without any check. */
  unchecked(job: Environment): string {
    return this.bash(CHECKOUT, this.jobOf(job)).stdout.trim();
  }

  /** The same, or who refused the job and why. */
  checked(lists: Lists, job: Environment): string {
    const [verdict] = this.check.judge([{ why: "", taken: true, lists, job: this.jobOf(job) }]);
    if (verdict!.code !== 0) return `pre-bootstrap: ${verdict!.said.trim()}`;
    const { status, stdout } = this.preCheckout(job);
    return status === 0 ? this.unchecked(job) : `pre-checkout: ${stdout.trim()}`;
  }

  /** The hook as the agent runs it: sourced. */
  preCheckout(job: Environment) {
    return this.bash('source "$ROOT/etc/buildkite-agent/hooks/pre-checkout"', this.jobOf(job));
  }

  /** What the hook left of its work. */
  left(): readonly string[] {
    return readdirSync(`${this.root}/tmp`).filter((name) => name.startsWith("tmp."));
  }

  override remove(): void {
    this.check.remove();
    super.remove();
  }

  private jobOf(job: Environment): Environment {
    return {
      BUILDKITE_REPO: "https://github.com/acme/web",
      BUILDKITE_BRANCH: "main",
      BUILDKITE_COMMIT: "HEAD",
      BUILDKITE_TAG: "",
      BUILDKITE_PULL_REQUEST: "false",
      ...job,
    };
  }

  private bash(script: string, environment: Environment = {}) {
    const child = spawnSync("bash", ["-c", script], {
      env: {
        PATH: process.env.PATH!,
        HOME: `${this.root}/home`,
        TMPDIR: `${this.root}/tmp`,
        ROOT: this.root,
        ...environment,
      },
      // With a socket there bash takes itself for a remote shell, and reads other files.
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      timeout: 300_000,
    });
    return { status: child.status, stdout: child.stdout, stderr: child.stderr };
  }
}
