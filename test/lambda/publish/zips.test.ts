import { rmSync } from "node:fs";
import { join } from "node:path";
import { keyFolder, readZips } from "../../../lambda/publish/zips";
import { lambdaKey } from "../../../src/aws/function-code";
import { sha256 } from "../../harness/fake-s3";
import { PublishRoot } from "../../harness/publish-root";

const repository = join(__dirname, "../../..");
let root: PublishRoot;

beforeEach(() => (root = new PublishRoot().function("one").function("two")));
afterEach(() => root.remove());

function read() {
  const problems: string[] = [];
  return { zips: readZips(root.path, problems), problems };
}

test("the stack looks for a function under the key that it is published under", () => {
  expect(`${keyFolder(repository)}/agent-scaler.zip`).toBe(lambdaKey("agent-scaler"));
});

test("every function's zip is read, with its hash and a key that holds the version", () => {
  const { zips, problems } = read();
  expect(problems).toEqual([]);
  expect(zips).toEqual([
    {
      name: "one",
      key: "ours/v1.2.3/one.zip",
      content: Buffer.from("zip of one"),
      hash: sha256(Buffer.from("zip of one")),
    },
    expect.objectContaining({ name: "two", key: "ours/v1.2.3/two.zip" }),
  ]);
});

test("a folder without a handler is no function, and a zip without a function is not published", () => {
  root.write("lambda/publish/command.ts", "").write("dist/lambda/gone.zip", "");
  expect(read().zips.map(({ name }) => name)).toEqual(["one", "two"]);
});

test("zips that are missing are named together, with what to run", () => {
  rmSync(join(root.path, "dist"), { recursive: true });
  expect(read()).toEqual({
    zips: [],
    problems: ['Missing: dist/lambda/one.zip, dist/lambda/two.zip. Run "npm run build:lambda".'],
  });
});
