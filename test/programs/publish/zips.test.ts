import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readZips } from "../../../programs/publish/zips";
import { lambdaKey } from "../../../src/aws/function-code";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "publish-"));
  // A folder without a handler is no function, and a zip without a function is an old one.
  for (const path of ["lambda/two/handler.ts", "lambda/one/handler.ts", "lambda/shared/log.ts", "dist/lambda/gone.zip"])
    write(path);
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content = ""): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

test("every function's zip is read, and nothing else, under the key at which the stack looks for it", () => {
  for (const name of ["one", "two"]) write(`dist/lambda/${name}.zip`, `zip of ${name}`);
  expect(readZips(root)).toEqual(
    ["one", "two"].map((name) => ({ name, key: lambdaKey(name), content: Buffer.from(`zip of ${name}`) })),
  );
});

test("zips that are missing are named together, with what to run", () => {
  expect(() => readZips(root)).toThrow(
    'Missing: dist/lambda/one.zip, dist/lambda/two.zip. Run "npm run build:lambda".',
  );
});
