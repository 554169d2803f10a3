import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

const fetch = (from: string, to = `${machine.root}/to`) => machine.run("usr/local/bin/bk-fetch.sh", {}, [from, to]);
const page = (address: string, content: string) => machine.set(`pages/${address.replaceAll("/", "_")}`, content);
/** As the aws and jq of a test hand parameters on: name, NUL, value, NUL. */
const parameters = (...entries: [string, string][]) =>
  machine.set("paths/_ci_env", entries.map(([name, value]) => `${name}\0${value}\0`).join(""));

test("s3://", () => {
  machine.set("objects/bucket/a key", "content\n");
  const outcome = fetch("s3://bucket/a key");
  expect([outcome.code, machine.read("to")]).toEqual([0, "content\n"]);
  expect(outcome.calls).toEqual([
    expect.stringMatching(/^aws s3 cp --only-show-errors s3:\/\/bucket\/a key \/to\.\w+$/),
  ]);
});

test("file://", () => {
  machine.write("a file", "content\n");
  expect(fetch(`file://${machine.root}/a file`).code).toBe(0);
  expect(machine.read("to")).toBe("content\n");
});

describe("https://", () => {
  test("with repeats, limits and no way down to plain HTTP; the address is no argument", () => {
    page('https://example.com/x?signature="hidden"\\', "content\n");
    const outcome = fetch('https://example.com/x?signature="hidden"\\');
    expect(machine.read("fake/secret-calls")).toBe(
      'curl-settings url = "https://example.com/x?signature=\\"hidden\\"\\\\"\n',
    );
    expect(outcome.calls).toEqual([expect.not.stringContaining("hidden")]);
    for (const option of [
      "--fail",
      "--location",
      "--proto =https",
      "--proto-redir =https",
      "--retry 4",
      "--max-time 300",
    ]) {
      expect(outcome.calls[0]).toContain(option);
    }
  });

  test("a second way: the address on standard input, so that it is no argument of this program either", () => {
    page("https://example.com/x", "content\n");
    const outcome = machine.run(
      "usr/local/bin/bk-fetch.sh",
      {},
      ["-", `${machine.root}/to`],
      "https://example.com/x\n",
    );
    expect([outcome.code, machine.read("to")]).toEqual([0, "content\n"]);
  });
});

describe("ssm:/", () => {
  const read = () => machine.read("to");

  test("every parameter below the path is a variable, named after its last part", () => {
    parameters(["/ci/env/log-less", "x"], ["/ci/env/deep/api_key", "1"], ["/ci/env/Level2", "two words"]);
    const outcome = fetch("ssm:/ci/env");
    expect(outcome.calls).toContain(
      "aws ssm get-parameters-by-path --path /ci/env --recursive --with-decryption --output json",
    );
    expect(read()).toBe('API_KEY="1"\nLEVEL2="two words"\n');
    expect(outcome.log).toContain("a parameter is left out: LOG-LESS cannot be a variable's name");
  });

  test("only the scheme is taken off the path", () => {
    machine.set("paths/_ci_ssm:_env", "/a/b\0c\0");
    expect([fetch("ssm:/ci/ssm:/env").code, read()]).toEqual([0, 'B="c"\n']);
  });

  test("a value from Windows, with a byte order mark, arrives as on Linux", () => {
    parameters(["/ci/env/x", "\ufefftwo\r\nlines\r\n"]);
    expect([fetch("ssm:/ci/env").code, read()]).toEqual([0, 'X="two\nlines\n"\n']);
  });

  const values: [string, string][] = [
    ['a"b$c', '"a\\"b\\$c"'],
    ["`id` $(id)", '"\\`id\\` \\$(id)"'],
    ["back\\slash\\", '"back\\\\slash\\\\"'],
    ["two\nlines", '"two\nlines"'],
    ["'single' # &", "\"'single' # &\""],
    ["", '""'],
  ];
  test.each(values)("the value %j arrives unchanged at systemd", (value, written) => {
    parameters(["/ci/env/x", value]);
    expect([fetch("ssm:/ci/env").code, read()]).toEqual([0, `X=${written}\n`]);
  });

  test("a path without parameters is an error", () => {
    parameters();
    const outcome = fetch("ssm:/ci/env");
    expect([outcome.code, outcome.log]).toEqual([1, expect.stringContaining("there is nothing at ssm:/ci/env")]);
  });
});

describe("what fails leaves the target as it was, and nothing beside it", () => {
  const cases = [
    { what: "an object that is not there", from: "s3://bucket/none", code: 1 },
    { what: "a page that is not there", from: "https://example.com/none", code: 1 },
    { what: "a parameter path that is refused", from: "ssm:/none", code: 1 },
    { what: "a file that is not there", from: "file:///none", code: 1 },
    { what: "an empty object", from: "s3://bucket/empty", code: 1 },
    { what: "plain HTTP", from: "http://user:hidden@example.com/x?signature=hidden", code: 2 },
    { what: "a path of this machine without a scheme", from: "/etc/passwd", code: 2 },
    { what: "an ARN in place of a path", from: "ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/x", code: 2 },
  ];
  test.each(cases)("$what", ({ from, code }) => {
    machine.set("objects/bucket/empty", "").write("folder/to", "before\n");
    const outcome = fetch(from, `${machine.root}/folder/to`);
    expect(outcome.code).toBe(code);
    expect(machine.snapshot("folder")).toEqual({ "folder/to": "before\n" });
    expect(outcome.log).not.toContain("hidden");
  });

  test("too few words", () => {
    expect(machine.run("usr/local/bin/bk-fetch.sh", {}, ["s3://bucket/x"]).code).toBe(2);
  });
});

test("the file is for its owner alone, and replaces a link in place of what it leads to", () => {
  machine.set("objects/bucket/x", "secret\n").write("victim", "before\n").link("to", "victim");
  fetch("s3://bucket/x");
  expect([machine.read("victim"), machine.read("to"), machine.mode("to")]).toEqual(["before\n", "secret\n", "0600"]);
});
