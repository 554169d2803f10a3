import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { TerraformStack, Testing } from "cdktf";
import { type InputName, table } from "../../src/elastic-ci-stack/inputs/table";
import { ModuleStack } from "../../src/module/module-stack";
import { ElasticCiStack } from "../../src/elastic-ci-stack/elastic-ci-stack";
import { alternative, type Given } from "../harness/alternatives";
import { asProps } from "../harness/as-prop";

const inert = table.names.filter((input) => table.row(input).inert !== undefined);
const effective = table.names.filter((input) => !inert.includes(input));

/**
 * Flags that say of another input that it is given, for callers whose value Terraform does not know. A TypeScript program's
 * references say so themselves, so that beside a value the flag changes nothing; and without one it is refused.
 */
const onlyForModules: readonly InputName[] = [
  "create_agent_token_parameter",
  "create_vpc",
  "create_secrets_bucket",
  "create_instance_role",
  "create_scaler_lambda_role",
  "create_asg_process_suspender_role",
  "create_stop_buildkite_agents_role",
  "use_image_id_parameter",
];

const known = new Map<string, string>();

function synthesized(given: Given): string {
  const id = JSON.stringify(given);
  const json = known.get(id) ?? synthesize(given);
  known.set(id, json);
  return json;
}

function synthesize(given: Given): string {
  const stack = new TerraformStack(Testing.app(), "stack");
  new ElasticCiStack(stack, "ci", asProps(given));
  return Testing.synth(stack);
}

function withAndWithout(input: InputName) {
  const { content, company } = alternative(input);
  return { before: synthesized(company), after: synthesized({ ...company, [input]: content }) };
}

test.each(effective.filter((input) => !onlyForModules.includes(input)))("%s changes what is synthesized", (input) => {
  const { before, after } = withAndWithout(input);
  expect(after).not.toBe(before);
});

test.each([...inert, ...onlyForModules])("%s changes nothing for a TypeScript program", (input) => {
  const { before, after } = withAndWithout(input);
  expect(after).toBe(before);
});

describe("the module", () => {
  const unlocked = table.names.filter((input) => table.row(input).providerFrom !== undefined);
  const { locals, resource, data } = JSON.parse(
    Testing.synth(new ModuleStack(Testing.app(), "module", elasticCiStack, { unlocked, absent: null })),
  ) as Record<string, object>;
  const read = new Set(
    [...JSON.stringify({ locals, resource, data }).matchAll(/\bvar\.([a-z0-9_]+)/g)].map(([, input]) => input),
  );

  test.each(effective)("reads %s outside of its validation", (input) => {
    expect(read).toContain(input);
  });

  test.each(inert)("does not read %s, which is inert", (input) => {
    expect(read).not.toContain(input);
  });
});
