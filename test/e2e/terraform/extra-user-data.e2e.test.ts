import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { noSecrets } from "../../harness/configuration";
import { type Emulator, startEmulator } from "../../harness/emulator";
import { type Mode, writeRoot } from "../../harness/roots";
import { Workspace } from "../../harness/terraform";

const small = {
  ...noSecrets,
  buildkite_agent_token: "t",
  stack_name_suffix: "0a1b2c3d",
  image_id: "ami-0123456789abcdef0",
  min_size: 1,
  max_size: 1,
  vpc_id: "vpc-0a1b2c3d",
  subnets: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
};

let emulator: Emulator;
const workspaces: Workspace[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ region: "us-east-1" });
});

afterAll(async () => {
  workspaces.forEach((workspace) => workspace.remove());
  await emulator.stop();
});

async function rootWith(mode: Mode, parts: readonly object[]): Promise<Workspace> {
  const workspace = await Workspace.create({ env: emulator.env });
  workspaces.push(workspace);
  writeRoot(workspace, mode, { stacks: { ci: { ...small, extra_user_data: parts } } });
  await workspace.init();
  return workspace;
}

async function planned(mode: Mode, parts: readonly object[]): Promise<string> {
  const plan = await (await rootWith(mode, parts)).plan();
  const template = plan.resource_changes.find(({ type }) => type === "aws_launch_template")!.change.after!;
  return gunzipSync(Buffer.from(template["user_data"] as string, "base64")).toString();
}

const script = (content: string, more: object = {}) => ({ content_type: "text/x-shellscript", content, ...more });

test("Terraform writes the parts of a module's user as a construct does", async () => {
  const parts = [script("#!/bin/sh\necho Größe ${x} %{y}\n"), script("first", { before: true }), script("last")];
  const ofModule = await planned("module", parts);
  expect(ofModule).toBe(await planned("construct", parts));
  const [first, last] = ["first", "last"].map((text) => ofModule.indexOf(Buffer.from(text).toString("base64")));
  const own = ofModule.indexOf("#cloud-config");
  expect(first! > 0 && first! < own && own < last!).toBe(true);
});

test("user data that EC2 would not take is refused at plan, and the way out is named", async () => {
  const long = script(`#!/bin/sh\n# ${randomBytes(9000).toString("base64")}\n`);
  const workspace = await rootWith("module", [long]);
  const { code, output } = await workspace.attempt(["plan", "-input=false"]);
  expect(code).not.toBe(0);
  expect(output.replace(/[\s│]+/g, " ")).toContain("limit of 16 384 bytes: shorten extra_user_data");
});
