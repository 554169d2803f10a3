import { resourcesOf, type State } from "../../../programs/demo/resource-list";

const at = (path: string) => ({ "//": { metadata: { path } } });
const managed = (type: string, name: string) => ({ mode: "managed", type, name });

const state: State = {
  values: {
    root_module: {
      resources: [
        managed("aws_vpc", "vpc"),
        managed("aws_subnet", "subnet"),
        managed("aws_subnet", "subnet"),
        managed("aws_iam_role", "role"),
        managed("aws_s3_bucket", "logs"),
        { mode: "data", type: "aws_region", name: "current" },
      ],
    },
  },
};

test("resources are listed by part, with the number of their instances, data sources left out", () => {
  const resource = {
    aws_vpc: { vpc: at("demo/ci/network/vpc") },
    aws_subnet: { subnet: at("demo/ci/network/subnet") },
    aws_iam_role: { role: at("demo/ci/agent-scaler/function/role") },
    aws_s3_bucket: { logs: at("demo/ci/logs") },
  };
  const rows = resourcesOf(state, { resource }).map(
    ({ part, type, name, count }) => `${part}: ${type} ${name} ${count}`,
  );
  expect(rows).toEqual([
    "agent-scaler: aws_iam_role role 1",
    "network: aws_subnet subnet 2",
    "network: aws_vpc vpc 1",
    "stack: aws_s3_bucket logs 1",
  ]);
});

test("where nothing tells the parts, everything belongs to the stack", () => {
  expect(resourcesOf(state, {}).map(({ part }) => part)).toEqual(["stack", "stack", "stack", "stack"]);
});

test("an empty state has no resources", () => {
  expect(resourcesOf({}, {})).toEqual([]);
});
