import { spawnSync } from "node:child_process";
import { chownSync, linkSync, lstatSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "../../harness/tools";

/** Only root can give files away. */
const source = join(repository, "packer/linux/stack/files/usr/local/bin/fix-buildkite-agent-builds-permissions");
const AGENT = 2000;
let root: string;

beforeAll(() => {
  if (process.getuid?.() !== 0) throw new Error("These tests give files to other users: run them as root.");
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "builds-"));
  write(
    "etc/passwd",
    `root:x:0:0::/root:/bin/bash\nbuildkite-agent:x:${AGENT}:${AGENT}::/var/lib/buildkite-agent:/bin/bash\n`,
  );
  mkdirSync(join(root, "usr/local/bin"), { recursive: true });
  spawnSync("cp", [source, join(root, "usr/local/bin")]);
});
afterEach(() => {
  spawnSync("umount", ["-q", join(root, builds, "agent-1/acme/web/mounted")]);
  spawnSync("rm", ["-rf", root]);
});

const builds = "var/lib/buildkite-agent/builds";
const checkout = `${builds}/agent-1/acme/web`;

function write(path: string, content = ""): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const ownerOf = (path: string) => lstatSync(join(root, path)).uid;

function repair(...words: readonly string[]) {
  const child = spawnSync(join(root, "usr/local/bin/fix-buildkite-agent-builds-permissions"), words, {
    encoding: "utf8",
    timeout: 600_000,
  });
  return { code: child.status, said: child.stdout, complained: child.stderr };
}

test("everything below the pipeline's builds belongs to the agent, and nothing beside them", () => {
  const inside = ["", "/file", "/deep/er/file", "/.hidden/file", "/deep"].map((path) => `${checkout}${path}`);
  for (const path of inside.filter((path) => path.endsWith("file"))) write(path);
  write(`${builds}/agent-1/acme/api/file`);
  write(`${builds}/agent-2/acme/web/file`);
  expect(repair("agent-1", "acme", "web")).toEqual({ code: 0, said: "", complained: "" });
  expect(inside.map(ownerOf)).toEqual(inside.map(() => AGENT));
  const beside = [
    `${builds}/agent-1/acme/api/file`,
    `${builds}/agent-2/acme/web/file`,
    `${builds}/agent-1/acme`,
    builds,
  ];
  expect(beside.map(ownerOf)).toEqual(beside.map(() => 0));
});

test("odd files are given back without being opened: links, pipes, names that are no text", () => {
  mkdirSync(join(root, checkout), { recursive: true });
  symlinkSync("/nonexistent", join(root, checkout, "dangling"));
  spawnSync("mkfifo", [join(root, checkout, "pipe")]);
  spawnSync("bash", ["-c", `touch "$1"/$'\\xff\\xfe\\n name'`, "bash", join(root, checkout)]);
  expect(repair("agent-1", "acme", "web").code).toBe(0);
  const owners = spawnSync("find", [join(root, checkout), "-printf", "%U\\n"], { encoding: "utf8" }).stdout;
  expect(owners).toBe(`${AGENT}\n`.repeat(4));
});

test("devices stay root's: with a disk's the agent would have the whole host", () => {
  mkdirSync(join(root, checkout), { recursive: true });
  const make = `cd "$1" && touch file && mknod block b 7 200 && mknod character c 1 1`;
  const made = spawnSync("bash", ["-c", make, "bash", join(root, checkout)], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`This test makes devices, which is not allowed here: ${made.stderr}`);
  expect(repair("agent-1", "acme", "web")).toEqual({ code: 0, said: "", complained: "" });
  expect(["block", "character", "file"].map((name) => ownerOf(`${checkout}/${name}`))).toEqual([0, 0, AGENT]);
});

test("a job that swaps a file for a device all the time does not get the device", () => {
  mkdirSync(join(root, checkout), { recursive: true });
  const script = `cd "$1" && mknod device b 7 200
    (while :; do touch file; chown 0 file; mv -T device file; mv -T file device; done) & swapper=$!
    for _ in {1..20}; do "$2" agent-1 acme web; done
    kill "$swapper"; wait; find . -type b -printf '%U\n'`;
  const program = join(root, "usr/local/bin/fix-buildkite-agent-builds-permissions");
  const child = spawnSync("bash", ["-c", script, "bash", join(root, checkout), program], { encoding: "utf8" });
  expect(child.stdout).toBe("0\n");
});

describe("no way leads out of the builds", () => {
  const victim = "etc/victim/shadow";
  beforeEach(() => {
    write(victim);
  });
  afterEach(() => {
    expect([ownerOf(victim), ownerOf("etc/victim"), ownerOf("etc")]).toEqual([0, 0, 0]);
  });

  const link = (path: string, target: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  };

  test.each([
    { what: "a link in the checkout", make: () => link(`${checkout}/link`, join(root, "etc/victim")), code: 0 },
    { what: "the checkout itself", make: () => link(checkout, join(root, "etc/victim")), code: 3 },
    { what: "the organization", make: () => link(`${builds}/agent-1/acme`, join(root, "etc")), code: 3 },
    { what: "the agent", make: () => link(`${builds}/agent-1`, join(root, "etc")), code: 3 },
    { what: "the builds", make: () => link(builds, join(root, "etc")), code: 3 },
    {
      what: "a link to a link",
      make: () => {
        link(`${checkout}/a`, "b");
        link(`${checkout}/b`, "../../../../../../../etc/victim");
      },
      code: 0,
    },
  ])("$what is a link", ({ make, code }) => {
    make();
    expect(repair("agent-1", "acme", "web").code).toBe(code);
  });

  test("a folder of another disk is mounted in the checkout", () => {
    write(`${checkout}/mounted/below`);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "tmpfs", join(root, checkout, "mounted")]);
    if (mounted.status !== 0)
      throw new Error(`This test mounts a file system, which is not allowed here: ${String(mounted.stderr)}`);
    write(`${checkout}/mounted/file`);
    expect(repair("agent-1", "acme", "web").code).toBe(0);
    expect([ownerOf(`${checkout}/mounted`), ownerOf(`${checkout}/mounted/file`)]).toEqual([0, 0]);
  });

  test("a job swaps a folder for a link all the time", () => {
    for (let i = 0; i < 200; i++) write(`${checkout}/folder/${i}/file`);
    const swap = `cd "$1" && while :; do mv -T folder aside; ln -s "$2" folder; rm folder; mv -T aside folder; done`;
    const script = `bash -c '${swap}' bash "$1" "$2" & swapper=$!
      for _ in 1 2 3 4 5 6 7 8 9 10; do "$3" agent-1 acme web; done
      kill $swapper`;
    const program = join(root, "usr/local/bin/fix-buildkite-agent-builds-permissions");
    const child = spawnSync("bash", ["-c", script, "bash", join(root, checkout), join(root, "etc/victim"), program], {
      timeout: 300_000,
    });
    expect(child.error).toBeUndefined();
  });
});

test("a file that is right already keeps its times, which tell tools that it has not changed", () => {
  write(`${checkout}/file`);
  chownSync(join(root, checkout, "file"), AGENT, AGENT);
  const before = lstatSync(join(root, checkout, "file")).ctimeMs;
  spawnSync("sleep", ["0.05"]);
  expect(repair("agent-1", "acme", "web").code).toBe(0);
  expect(lstatSync(join(root, checkout, "file")).ctimeMs).toBe(before);
});

test("a name of two links changes once", () => {
  write(`${checkout}/one`);
  linkSync(join(root, checkout, "one"), join(root, checkout, "two"));
  expect(repair("agent-1", "acme", "web").code).toBe(0);
  expect(ownerOf(`${checkout}/two`)).toBe(AGENT);
});

test("folders in folders, deeper than any path can say", () => {
  mkdirSync(join(root, checkout), { recursive: true });
  const make = "import os\nfor _ in range(3000):\n  os.mkdir('d')\n  os.chdir('d')\nopen('file', 'w').close()";
  expect(spawnSync("python3", ["-c", make], { cwd: join(root, checkout) }).status).toBe(0);
  expect(repair("agent-1", "acme", "web")).toMatchObject({ code: 0 });
  const owned = spawnSync("find", [join(root, checkout), "-user", String(AGENT), "-printf", "x"], { encoding: "utf8" });
  expect(owned.stdout).toHaveLength(3002);
});

test.each([
  { words: [], code: 1 },
  { words: ["agent-1", "acme"], code: 1 },
  { words: ["agent-1", "acme", "web", "more"], code: 1 },
  { words: ["agent-1", "acme", ""], code: 2 },
  { words: ["agent-1", "..", "web"], code: 2 },
  { words: [".", "acme", "web"], code: 2 },
  { words: ["agent-1", "acme", "a/b"], code: 2 },
  { words: ["agent-1", "acme", "missing"], code: 0 },
])("$words: exit code $code", ({ words, code }) => {
  write(`${checkout}/file`);
  expect(repair(...words).code).toBe(code);
  expect(ownerOf(`${checkout}/file`)).toBe(0);
});

test("without the agent's user nothing is changed", () => {
  write("etc/passwd", "root:x:0:0::/root:/bin/bash\n");
  write(`${checkout}/file`);
  expect(repair("agent-1", "acme", "web").code).toBe(4);
  expect(ownerOf(`${checkout}/file`)).toBe(0);
});
