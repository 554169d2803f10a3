import { type Given, refuse, type Refused } from "./case";

const TYPESCRIPT: Given = { scaler_implementation: "typescript" };

const ITEM = "in each item be queue=group or queue=group=agents";
const WRONG_GROUPS: readonly (readonly [name: string, groups: readonly string[], must: string])[] = [
  ["no group", ["deploy"], ITEM],
  ["an empty group", ["deploy="], ITEM],
  ["no queue", ["=deploy-asg"], ITEM],
  ["a blank queue", [" =deploy-asg"], ITEM],
  ["a wildcard", ["deploy=*"], ITEM],
  ["a variable of IAM", ["deploy=${aws:username}"], ITEM],
  ["no agents", ["deploy=deploy-asg=0"], ITEM],
  ["four parts", ["deploy=deploy-asg=1=2"], ITEM],
  ["nothing in an item", [""], ITEM],
  ["a group twice", ["a=asg", "b=other", "c=asg=2"], "name each group once"],
  [
    "more than the environment holds",
    Array.from({ length: 31 }, (_, i) => `queue-${i + 10}=long-name-of-group-${i + 10}`),
    "have at most 2400 characters",
  ],
];

export const wrongScalers: readonly Refused[] = [
  refuse(
    "scale-out factor that the TypeScript scaler refuses",
    { ...TYPESCRIPT, scale_out_factor: 10.5 },
    '{scale_out_factor} is 10.5, but {scaler_implementation} is "typescript", which takes factors up to 10',
  ),
  refuse(
    "warm instances with Buildkite's scaler",
    { scaler_warm_idle_instances: 2 },
    '{scaler_warm_idle_instances} is 2, but {scaler_implementation} is "buildkite". Buildkite\'s AgentScaler knows nothing like it',
  ),
  refuse(
    "further groups with Buildkite's scaler",
    { scaler_groups: ["deploy=deploy-asg"] },
    '{scaler_groups} is ["deploy=deploy-asg"], but {scaler_implementation} is "buildkite"',
  ),
  ...WRONG_GROUPS.map(([name, groups, must]) =>
    refuse(`scaler_groups: ${name}`, { ...TYPESCRIPT, scaler_groups: groups }, `{scaler_groups} is … must ${must}`),
  ),
  ...["scaler_lambda_s3_bucket", "scaler_lambda_s3_key", "scaler_lambda_s3_object_version"].map((input) =>
    refuse(
      `${input} with the TypeScript scaler`,
      { ...TYPESCRIPT, [input]: "mirror" },
      `{${input}} is "mirror", but {scaler_implementation} is "typescript"`,
    ),
  ),
];
