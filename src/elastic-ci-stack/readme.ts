import { lambdaKey } from "../aws/function-code";
import { type ModuleReadme } from "../schema/definition";
import { table } from "./inputs/table";

const USAGE = `\`\`\`hcl
provider "aws" {
  region = "eu-central-1"
}

variable "buildkite_agent_token" {
  type      = string
  sensitive = true
  ephemeral = true
}

module "ci" {
  source = "./module"

  stack_name            = "builders"
  buildkite_queue       = "builders"
  buildkite_agent_token = var.buildkite_agent_token
  instance_types        = "m7i.large,m6i.large"
  max_size              = 20
}

output "group" {
  value = module.ci.auto_scaling_group_name
}
\`\`\`

Several stacks in one configuration:

\`\`\`hcl
module "ci" {
  source   = "./module"
  for_each = { builders = 20, deployers = 2 }

  stack_name                                 = each.key
  buildkite_queue                            = each.key
  max_size                                   = each.value
  buildkite_agent_token_parameter_store_path = "/buildkite/agent-token"
}
\`\`\``;

/** The functions of this package that a stack may run. */
const FUNCTIONS = ["agent-scaler", "az-rebalancing-suspender", "stop-buildkite-agents"];

const LAMBDA_KEYS = FUNCTIONS.map((name) => `\`${lambdaKey(name)}\``).join(", ");

const CREATE_FLAGS = table.names.filter((input) => table.row(input).type === "bool" && /^(create_|use_)/.test(input));

/** The stack's part of the generated module's README, for readers who know Terraform only. */
export const readme: ModuleReadme = {
  introduction: `# Elastic CI Stack for AWS

Buildkite agents on EC2 that grow and shrink with the jobs in a queue, as a plain Terraform module. The folder is complete: variables and
outputs are in \`variables.tf\` and \`outputs.tf\`, resources in \`main.tf.json\`, the packages of the functions in \`assets/\`.`,
  usage: USAGE,
  notes: [
    `**Names.** \`stack_name\` must be unique in its account and region: the names of the resources are derived from it.`,
    `**Values that are not known at plan.** Whether a resource exists must be known at plan. Where an input that stands for an existing thing
  comes from a resource of the same configuration, say with its flag that it is given, for example \`create_vpc = false\` beside
  \`vpc_id = aws_vpc.main.id\`. The flags are ${CREATE_FLAGS.map((flag) => `\`${flag}\``).join(", ")}.`,
    `**AgentScaler.** With \`scaler_implementation = "typescript"\` the function of this package runs instead of Buildkite's: it writes one JSON line
  for each poll, puts its metrics into the same line, keeps its memory in an SSM parameter, and can serve several stacks: name their groups
  in \`scaler_groups\` and set \`scaler_enabled = false\` in them.`,
    `**depends_on.** Pass values to the module instead of giving its call a \`depends_on\`. With one, whenever the dependency changes, Terraform
  reads account and region only at apply: the end of every name is unknown at plan, and nearly everything is destroyed and made anew, the
  secrets buckets too. Setting \`stack_name_suffix\` to the eight characters that the names have now prevents that: then only the S3 gateway
  endpoint and requested interface endpoints are replaced. With \`enable_scheduled_scaling\` the plan fails in either case.`,
    `**Destroying.** When the group is destroyed or replaced, jobs that still run are cut off; with \`buildkite_agent_enable_graceful_shutdown\`, applied
  before, they have up to 15 minutes first.`,
    `**lambda_bucket.** The bucket must already hold the files of \`assets/\` that the stack runs, under these keys:
  ${LAMBDA_KEYS}.`,
    `**Agent token.** \`buildkite_agent_token\` is ephemeral, and the state never holds it. A saved plan holds the values of your own variables
  unless these are ephemeral too; such a variable must be given again when the plan is applied. After changing the token, raise
  \`buildkite_agent_token_version\`.`,
  ],
};
