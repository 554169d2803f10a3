import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { downloadFunction } from "../../../programs/demo/deployed-function";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "elastic-ci-stack-function-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const zip = zipSync({ "index.js": strToU8("exports.handler = 1;"), "scripts/stop.sh": strToU8("exit 0\n") });
const hash = createHash("sha256").update(zip).digest("base64");

/** AWS with one function, whose package lies in the bucket under the key. */
function aws(configuration: object = {}) {
  const Configuration = {
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Timeout: 120,
    CodeSha256: hash,
    Environment: { Variables: { ASG_NAME: "group" } },
    ...configuration,
  };
  const Location = "https://tasks.s3.us-east-1.amazonaws.com/some/v1/a%20package.zip";
  return (service: string, operation: string, params: Record<string, unknown> = {}): Promise<unknown> => {
    const asked = `${service} ${operation} ${JSON.stringify(params)}`;
    if (asked === 'lambda get_function {"FunctionName":"scaler"}') {
      return Promise.resolve({ Configuration, Code: { Location } });
    }
    if (asked === 's3 get_object {"Bucket":"packages","Key":"some/v1/a package.zip"}') {
      return Promise.resolve({ Body: Buffer.from(zip).toString("base64") });
    }
    return Promise.reject(new Error(`unexpected: ${asked}`));
  };
}

const place = () => ({ name: "scaler", bucket: "packages", folder });

test("its package lies unpacked in the folder, and its settings are those that AWS holds", async () => {
  expect(await downloadFunction(aws(), place())).toEqual({
    name: "scaler",
    folder,
    handler: "index.handler",
    environment: { ASG_NAME: "group" },
    timeoutSeconds: 120,
  });
  expect(readFileSync(join(folder, "index.js"), "utf8")).toBe("exports.handler = 1;");
  expect(readFileSync(join(folder, "scripts/stop.sh"), "utf8")).toBe("exit 0\n");
});

test("a package that is not the one which runs is refused", async () => {
  const taken = downloadFunction(aws({ CodeSha256: "another" }), place());
  await expect(taken).rejects.toThrow(
    `s3://packages/some/v1/a package.zip is not what runs as scaler: its hash is ${hash}, not another`,
  );
});

test("a function that is not on Node.js is refused", async () => {
  const taken = downloadFunction(aws({ Runtime: "provided.al2023" }), place());
  await expect(taken).rejects.toThrow("scaler has the runtime provided.al2023: only a function on Node.js can be run");
});
