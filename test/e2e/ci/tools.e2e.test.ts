import {
  chmodSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, type Running, start, until } from "../../harness/processes";
import { findOnPath, repository } from "../../harness/tools";

const COMMANDS = ["bash", "chmod", "env", "flock", "mkdir", "mv", "rm", "sleep", "tail"];

/** Stands in for Go: its build writes a line into the file of builds first, and does what FAKE_GO says. */
const GO = `#!/usr/bin/env bash
[[ $1 == env ]] && { echo "\${FAKE_GO_VERSION:-go1.26.0}"; exit; }
echo "$*" >>"$BUILDS"
case \${FAKE_GO:-} in
fails) for line in {1..50}; do echo "line $line"; done; exit 1 ;;
hangs) echo half >"$GOBIN/tflint"; chmod +x "$GOBIN/tflint"; sleep 300 ;;
esac
sleep "\${FAKE_GO_SECONDS:-0}"
echo whole >"$GOBIN/tflint"
chmod +x "$GOBIN/tflint"
`;

let folder: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tools-"));
  cache = join(folder, "cache");
  mkdirSync(join(folder, "bin"));
  for (const command of COMMANDS) symlinkSync(findOnPath(command)!, join(folder, "bin", command));
  program("go", GO);
});

afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): string {
  const path = join(folder, "bin", name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function startTools(args: readonly string[], env: Record<string, string> = {}): Running {
  const place = { HOME: folder, XDG_CACHE_HOME: cache, PATH: join(folder, "bin"), BUILDS: join(folder, "builds") };
  return start(join(repository, ".ci/tools"), args, { env: { ...place, ...env } });
}

const tools = (args: readonly string[], env?: Record<string, string>): Promise<Outcome> => startTools(args, env).exited;

function builds(): number {
  const file = join(folder, "builds");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
}

function expectBuilt({ code, stdout }: Outcome): void {
  expect(code).toBe(0);
  expect(readFileSync(stdout.trim(), "utf8")).toBe("whole\n");
}

test("a tool is built once, outside of the checkout, and its path is all that is printed on standard output", async () => {
  const first = await tools(["tflint"]);
  expectBuilt(first);
  expect(first.stdout).toMatch(/^\S+\n$/);
  expect(first.stdout.startsWith(`${cache}/cdktf-buildkite-elastic-ci-stack/tools/tflint/`)).toBe(true);
  rmSync(join(folder, "bin/go"));
  expect((await tools(["tflint"])).stdout).toBe(first.stdout);
  expect((await tools(["--built", "tflint"])).stdout).toBe(first.stdout);
  expect(builds()).toBe(1);
});

test("without XDG_CACHE_HOME the cache lies in the home", async () => {
  const { stdout } = await tools(["tflint"], { XDG_CACHE_HOME: "" });
  expect(stdout.startsWith(`${folder}/.cache/cdktf-buildkite-elastic-ci-stack/tools/`)).toBe(true);
});

test("two at once build it once, and both get it", async () => {
  const slow = { FAKE_GO_SECONDS: "1" };
  const both = await Promise.all([tools(["tflint"], slow), tools(["tflint"], slow)]);
  both.forEach(expectBuilt);
  expect(builds()).toBe(1);
});

test("a failed build says the end of its log, and the next one builds again", async () => {
  const failed = await tools(["tflint"], { FAKE_GO: "fails" });
  expect(failed.code).toBe(1);
  expect(failed.stdout).toBe("");
  expect(failed.output).toMatch(/tflint [0-9.]+ could not be built/);
  expect(failed.output).toContain("line 50");
  expect(failed.output).not.toContain("line 5\n");
  expectBuilt(await tools(["tflint"]));
});

test("a build that ends well and leaves no program has failed", async () => {
  program("go", "#!/usr/bin/env bash\n[[ $1 == env ]] && echo go1.26.0\nexit 0\n");
  expect(await tools(["tflint"])).toMatchObject({ code: 1, stdout: "" });
});

test("of a killed build nothing counts as built, and the next one builds again", async () => {
  const killed = startTools(["tflint"], { FAKE_GO: "hangs" });
  expect(await until(() => builds() === 1, 60_000)).toBe(true);
  process.kill(-killed.pid, "SIGKILL");
  await killed.exited;
  expect((await tools(["--built", "tflint"])).code).toBe(1);
  expectBuilt(await tools(["tflint"]));
  expect(builds()).toBe(2);
});

test.each(["go1.25.9", "go1.9", "go0.30"])("%s is too old, which the message says", async (version) => {
  const { code, output } = await tools(["tflint"], { FAKE_GO_VERSION: version });
  expect(code).toBe(1);
  expect(output).toContain(`the one on the PATH is ${version}`);
  expect(output).toContain("https://go.dev/dl/");
  expect(builds()).toBe(0);
});

test.each(["go1.26rc2", "go1.30.1", "go2.0"])("%s is new enough", async (version) => {
  expectBuilt(await tools(["tflint"], { FAKE_GO_VERSION: version }));
});

test("without Go the message says how to get it", async () => {
  rmSync(join(folder, "bin/go"));
  const { code, output } = await tools(["tflint"]);
  expect(code).toBe(1);
  expect(output).toMatch(/Go, which is not on the PATH.*https:\/\/go\.dev\/dl\/.*TFLINT_BINARY/);
});

test("the caller's settings of Go do not reach the build", async () => {
  program("go", GO.replace("echo whole", 'echo "$CGO_ENABLED:${GOOS:-}${GOARCH:-}$GOFLAGS:$GOWORK"'));
  const foreign = { CGO_ENABLED: "1", GOOS: "plan9", GOARCH: "386", GOFLAGS: "-mod=vendor", GOWORK: "/tmp/go.work" };
  const { stdout } = await tools(["tflint"], foreign);
  expect(readFileSync(stdout.trim(), "utf8")).toBe("0::off\n");
});

test("a tool on the PATH is taken, and before it the one that the variable names", async () => {
  const installed = program("tflint", "");
  expect((await tools(["tflint"])).stdout).toBe(`${installed}\n`);
  const own = program("my-tflint", "");
  expect((await tools(["--built", "tflint"], { TFLINT_BINARY: own })).stdout).toBe(`${own}\n`);
  expect(builds()).toBe(0);
});

test("a variable that names no program is refused", async () => {
  const { code, output } = await tools(["tflint"], { TFLINT_BINARY: "/no/where" });
  expect(code).toBe(1);
  expect(output).toMatch(/^TFLINT_BINARY is \/no\/where, which is no program/);
  expect((await tools(["tflint"], { TFLINT_BINARY: "/tmp" })).output).toMatch(
    /^TFLINT_BINARY is \/tmp, which is no program/,
  );
});

test("a cache without a place is refused", async () => {
  expect((await tools(["tflint"], { XDG_CACHE_HOME: "here" })).output).toMatch(
    /^Set HOME, or XDG_CACHE_HOME to an absolute path/,
  );
});

test("where only a built one will do, nothing is built, and the message says how to build it", async () => {
  const { code, stdout, output } = await tools(["--built", "tflint"]);
  expect({ code, stdout, builds: builds() }).toEqual({ code: 1, stdout: "", builds: 0 });
  expect(output).toContain("Run .ci/tools tflint");
});

test.each([
  [[], "tflint"],
  [["packer"], "tflint, not packer"],
])("for %j the usage names the tools there are", async (args, names) => {
  const { code, output } = await tools(args);
  expect(code).toBe(1);
  expect(output).toMatch(new RegExp(`^usage: .*: ${names}\n$`));
});
