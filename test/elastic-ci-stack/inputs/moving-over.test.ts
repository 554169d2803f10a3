import { readFileSync } from "node:fs";
import { fromProps } from "../../../src/schema/from-props";
import { InvalidInputs } from "../../../src/schema/invalid-inputs";
import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { packaged } from "../../../src/package";
import { type InputName, table } from "../../../src/elastic-ci-stack/inputs/table";
import { asProps } from "../../harness/as-prop";

/* Values that Buildkite's own module takes. */

type Case = readonly [input: InputName, content: unknown, company?: Readonly<Partial<Record<InputName, unknown>>>];

const taken: readonly Case[] = [
  ["stack_name", "ci-"],
  ["stack_name", "-ci", { secrets_bucket: "secrets-of-ours" }],
  ["buildkite_agent_token_parameter_store_kms_key", "alias/ci"],
  ["pipeline_signing_kms_key_id", "arn:aws:kms:us-east-1:123456789012:alias/team/ci"],
  ["pipeline_signing_kms_key_id", "1234abcd", { pipeline_signing_kms_key_spec: "ECC_NIST_P256" }],
  ["artifacts_bucket", "artifacts-of-ours/builds/web"],
];

const refused: readonly Case[] = [
  ["stack_name", "-ci"],
  ["subnets", ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]],
  ["associate_public_ip_address", false],
  ["availability_zones", "us-east-1a,us-east-1a"],
  ["secrets_bucket", "secrets-of-ours/prefix"],
  ["pipeline_signing_jwks_parameter_store_path", "/jwks", { pipeline_signing_kms_key_id: "1234abcd" }],
  ["buildkite_queue", "builders,docker=true"],
  ["buildkite_queue", "builders "],
  ["buildkite_agent_tags", "queue=builders"],
  ["agent_env_file_url", "http://example.com/env"],
  ["bootstrap_script_url", "http://example.com/boot.sh"],
  ["authorized_users_url", "http://example.com/keys"],
  ["agent_endpoint", "agent.buildkite.com"],
  ["instance_types", "t3.large,"],
  ["instance_types", "t3.large,t4g.large"],
  ["root_volume_type", "st1"],
  ["root_volume_iops", 1000],
  ["root_volume_throughput", 100],
  ["scaler_event_schedule_period", "30 seconds"],
  ["scaler_min_poll_interval", "10"],
  ["scale_in_idle_period", 0],
  ["scale_out_factor", 0],
  ["instance_buffer", -1],
  ["scale_up_min_size", 11, { enable_scheduled_scaling: true }],
  ["scale_down_min_size", 11, { enable_scheduled_scaling: true }],
  ["buildkite_agent_cancel_grace_period", 3600],
  ["instance_creation_timeout", "soon"],
  ["docker_ipv4_address_pool_1", "2001:db8::/64"],
  ["docker_ipv4_address_pool_2", "2001:db8::/64"],
  ["docker_ipv6_address_pool", "10.0.0.0/16"],
  ["tags", { "a#b": "c" }],
  ["cost_allocation_tag_name", "stack"],
  ["instance_role_tags", "Team=a,team=b"],
  ["managed_policy_arns", ["ReadOnlyAccess"]],
];

function problems([input, content, company]: Case): readonly string[] {
  try {
    fromProps(elasticCiStack.schema, asProps({ buildkite_agent_token: "token", ...company, [input]: content }));
    return [];
  } catch (error) {
    if (error instanceof InvalidInputs) return error.problems;
    throw error;
  }
}

const [, section = ""] = /^### What is refused\n([^]*?)^## /m.exec(readFileSync(packaged("README.md"), "utf8")) ?? [];
const listed = [...section.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, inputs]) =>
  [...inputs!.matchAll(/`([^`]*)`/g)].map(([, input]) => input!),
);

const named = (cases: readonly Case[]) =>
  cases.map((one) => ({
    one,
    name: `${one[0]} ${JSON.stringify(one[1])}${one[2] ? ` beside ${Object.keys(one[2]).join()}` : ""}`,
  }));

test.each(named(taken))("$name of a stack of theirs is taken", ({ one }) => {
  expect(problems(one)).toEqual([]);
});

test.each(named(refused))("$name is refused, and the README says what to give instead", ({ one }) => {
  expect(problems(one)).not.toEqual([]);
  expect(listed).toContain(one[0]);
});

test("the README lists no input of which nothing is refused", () => {
  expect(listed.filter((input) => !refused.some(([one]) => one === input))).toEqual([]);
  expect(listed.length).toBeGreaterThan(20);
});

test("no input has the name of theirs that replaces all user data", () => {
  expect(table.names).not.toContain("custom_user_data");
});
