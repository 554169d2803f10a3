import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

const mirrors = "var/lib/buildkite-agent/git-mirrors";
const environment = {
  AWS_REGION: "eu-west-1",
  BUILDKITE_AGENT_ENABLE_GIT_MIRRORS: "true",
  BUILDKITE_GIT_MIRROR_SEED_BUCKET: "seeds",
};

/** An archive in the bucket, made of files and links (content "-> target"). */
function seed(key: string, files: Readonly<Record<string, string>>, ...options: string[]): void {
  const folder = join(machine.root, "archives", key.replaceAll("/", "_"));
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (content.startsWith("-> ")) symlinkSync(content.slice(3), join(folder, name));
    else writeFileSync(join(folder, name), content);
  }
  const entries = [...new Set(Object.keys(files).map((name) => name.split("/")[0]!))];
  const zip = key.endsWith("gz") ? ["--gzip"] : [];
  const archive = execFileSync("tar", ["--create", ...zip, ...options, "--directory", folder, ...entries]);
  machine.set(`objects/seeds/${key}`, "");
  writeFileSync(join(machine.fake, "objects/seeds", key), archive);
  machine.set("listing", `${readFileSync(join(machine.fake, "listing"), "utf8").trim()}\t${key}\n`.trimStart());
}

const mirror = (name: string) => ({ [`${name}/HEAD`]: "ref\n", [`${name}/objects/pack`]: "pack" });

test("seeds become mirrors, as the agent's user, before the agent starts", () => {
  seed("git-mirror-seeds/git-example-com-a.tar", mirror("git-example-com-a"));
  seed("git-mirror-seeds/git-example-com-b.tar.gz", mirror("git-example-com-b"));
  const { calls } = machine.install(environment);
  expect(Object.keys(machine.snapshot(mirrors)).sort()).toEqual([
    `${mirrors}/git-example-com-a/HEAD`,
    `${mirrors}/git-example-com-a/objects/pack`,
    `${mirrors}/git-example-com-b/HEAD`,
    `${mirrors}/git-example-com-b/objects/pack`,
  ]);
  const inOrder = calls.filter((call) => /^runuser -u buildkite-agent -- |s3:\/\/seeds|systemctl start/.test(call));
  expect(inOrder.map((call) => call.split(" ")[0])).toEqual(["runuser", "aws", "aws", "systemctl"]);
});

describe("what is left out, without harm to the boot or to other seeds", () => {
  const good = mirror("good");
  const cases: { what: string; key: string; files: Record<string, string>; options?: string[] }[] = [
    { what: "an archive of another name", key: "other.tar", files: mirror("something") },
    { what: "an archive with two folders", key: "two.tar", files: { ...mirror("two"), ...mirror("three") } },
    { what: "an archive that is no mirror", key: "no.tar", files: { "no/HEAD": "" } },
    {
      what: "paths that lead out of the archive",
      key: "out.tar",
      files: mirror("out"),
      options: ["--absolute-names", "--transform", "s|^out/HEAD|../../../escaped|"],
    },
    { what: "a name that is no mirror's", key: "../up.tar", files: mirror("up") },
    { what: "a name with dots", key: "...tar", files: mirror("x") },
  ];
  test.each(cases)("$what", ({ key, files, options = [] }) => {
    seed(`git-mirror-seeds/${key}`, files, ...options);
    seed("git-mirror-seeds/good.tar", good);
    expect(machine.install(environment).code).toBe(0);
    expect(Object.keys(machine.snapshot(mirrors)).sort()).toEqual([
      `${mirrors}/good/HEAD`,
      `${mirrors}/good/objects/pack`,
    ]);
    expect(Object.keys(machine.snapshot("var")).filter((name) => name.includes("escaped"))).toEqual([]);
  });

  test("a link in place of the folder, although it leads to a mirror", () => {
    machine.write("elsewhere/HEAD", "ref\n").folder("elsewhere/objects");
    seed("git-mirror-seeds/link.tar", { link: `-> ${machine.root}/elsewhere` });
    machine.install(environment);
    expect(readdirSync(join(machine.root, mirrors))).toEqual([]);
  });

  test("a broken archive, and a bucket that cannot be listed", () => {
    machine.set("objects/seeds/git-mirror-seeds/bad.tar", "no archive").set("listing", "git-mirror-seeds/bad.tar\n");
    expect(machine.install(environment).log).toContain("git mirror seed git-mirror-seeds/bad.tar is left out");
    machine.remove();
    machine = new ImageMachine();
    expect(machine.delete("fake/listing").install(environment).code).toBe(0);
  });
});

test("a mirror that is there already stays", () => {
  machine.write(`${mirrors}/a/HEAD`, "mine\n");
  seed("git-mirror-seeds/a.tar", mirror("a"));
  machine.install(environment);
  expect(machine.snapshot(mirrors)).toEqual({ [`${mirrors}/a/HEAD`]: "mine\n" });
});

test("never more than four archives are unpacked side by side", () => {
  for (let number = 0; number < 9; number++) seed(`git-mirror-seeds/m${number}.tar`, mirror(`m${number}`));
  machine.stub(
    "tar",
    `mkdir "$FAKE/running-$$"; ls -d "$FAKE"/running-* | wc -l >>"$FAKE/widths"
     /bin/sleep 0.3; rmdir "$FAKE/running-$$"; exec /bin/tar "$@"`,
  );
  machine.install(environment);
  const widths = machine.read("fake/widths").trim().split("\n").map(Number);
  expect(widths).toHaveLength(9);
  expect(Math.max(...widths)).toBeLessThanOrEqual(4);
  expect(Math.max(...widths)).toBeGreaterThan(1);
});

test.each([
  { what: "git mirrors are off", off: { BUILDKITE_AGENT_ENABLE_GIT_MIRRORS: "false" } },
  { what: "there is no bucket", off: { BUILDKITE_GIT_MIRROR_SEED_BUCKET: "" } },
])("nothing is listed where $what", ({ off }) => {
  expect(machine.install({ ...environment, ...off }).calls).not.toContainEqual(expect.stringContaining("s3api"));
});
