import { counter, reasonOf } from "../../../programs/demo/cdktf-output";

test("resources are counted as Terraform reports them, against the plan's total", () => {
  const count = counter("Creation");
  const lines = [
    "                  \u001b[1mPlan:\u001b[0m 2 to add, 0 to change, 5 to destroy.",
    "elastic-ci-stack  \u001b[0m\u001b[1maws_vpc.vpc: Creating...\u001b[0m\u001b[0m",
    "elastic-ci-stack  aws_vpc.vpc: Still creating... [10s elapsed]",
    "elastic-ci-stack  \u001b[0m\u001b[1maws_vpc.vpc: Creation complete after 12s [id=vpc-1]\u001b[0m",
    'elastic-ci-stack  aws_subnet.a["x y"]: Creating...',
    'elastic-ci-stack  aws_subnet.a["x y"]: Creation complete after 1s [id=subnet-1]',
  ];
  expect(lines.map(count).map(({ done, total, underWay }) => [done, total, underWay.join()])).toEqual([
    [0, 2, ""],
    [0, 2, "aws_vpc.vpc"],
    [0, 2, "aws_vpc.vpc"],
    [1, 2, ""],
    [1, 2, 'aws_subnet.a["x y"]'],
    [2, 2, ""],
  ]);
});

test("the total of a destruction is the plan's number of removals", () => {
  const count = counter("Destruction");
  count("Plan: 0 to add, 0 to change, 7 to destroy.");
  expect(count("aws_vpc.vpc: Destruction complete after 0s")).toEqual({ done: 1, total: 7, underWay: [] });
});

test("before the plan the total is unknown", () => {
  expect(counter("Creation")("Initializing the backend...")).toEqual({ done: 0, total: undefined, underWay: [] });
});

describe("the reason of a failure", () => {
  test("is Terraform's framed error, without warnings and without what stands around it", () => {
    const output = [
      "elastic-ci-stack  ╷",
      "                  │ Warning: Incomplete lock file",
      "                  ╵",
      "elastic-ci-stack  \u001b[31m╷\u001b[0m",
      "                  │ \u001b[1mError: creating role: refused",
      "                  │   with aws_iam_role.x,",
      "                  ╵",
      "    at Object.run (/x/cdktf.js:10:3)",
    ].join("\n");
    expect(reasonOf(output)).toBe("╷\n│ Error: creating role: refused\n│   with aws_iam_role.x,\n╵");
  });

  test("is the app's own message when synthesizing fails, without a stack trace", () => {
    const output = [
      "⠹  Synthesizing",
      "\u001b[2K\u001b[GERROR: cdktf encountered an error while synthesizing",
      "Synth command: npx tsx src/main.ts",
      "Command output on stderr:",
      "    npm warn Unknown user config",
      "    /checkout/src/main.ts:5",
      "      throw new Error();",
      "            ^",
      "    Error: minSize must be at least 0, got -1",
      "        at new ElasticCiStack (/checkout/src/stack/elastic-ci-stack.ts:12:11)",
      "    Node.js v20.20.2",
    ].join("\n");
    expect(reasonOf(output)).toBe("Error: minSize must be at least 0, got -1");
  });

  test("is cdktf's own message when cdktf fails, without its stack", () => {
    const output = [
      'vpc_id = "vpc-1"',
      "TypeError: Cannot convert undefined or null to object",
      "    at Function.entries (<anonymous>)",
      "  ERROR  Cannot convert undefined or null to object",
      " -     at Function.entries (<anonymous>)",
      " - dh (/checkout/node_modules/cdktf-cli/bundle/bin/cmds/handlers.js:247:19934)",
    ].join("\n");
    expect(reasonOf(output)).toBe(
      "TypeError: Cannot convert undefined or null to object\nERROR  Cannot convert undefined or null to object",
    );
  });

  test("is the end of the output when nothing better is known", () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    expect(reasonOf(lines.join("\r\n"))).toBe(lines.slice(10).join("\n"));
  });
});
