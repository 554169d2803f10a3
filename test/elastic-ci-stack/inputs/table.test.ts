import { known, Value } from "../../../src/value/value";
import { type Check } from "../../../src/schema/check";
import { type InputName, table } from "../../../src/elastic-ci-stack/inputs/table";
import { camel } from "../../../src/schema/table";
import original from "./original-variables.json";

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly default: unknown;
  readonly allowed?: readonly unknown[];
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly maxLength?: number;
  readonly sensitive?: boolean;
  readonly platforms?: readonly string[];
}

const variables = original as readonly Variable[];

/** Defaults that are safer than the original's on purpose. */
const SAFER: Readonly<Record<string, unknown>> = {
  imdsv2_tokens: "required",
  root_volume_encrypted: true,
  root_volume_iops: 3000,
  secrets_bucket_encryption: true,
};

/** What the original lacks: type and default. An input of our own gets its row here. */
const NEW: Readonly<Record<string, readonly [type: string, standard: unknown]>> = {
  stack_name_suffix: ["string", ""],
  buildkite_agent_token_version: ["number", 1],
  create_agent_token_parameter: ["bool", true],
  git_mirror_seed_bucket: ["string", ""],
  allowed_pipelines: ["list(string)", []],
  allowed_repositories: ["list(string)", []],
  allowed_branches: ["list(string)", []],
  scaler_enabled: ["bool", true],
  scaler_event_schedule_jitter: ["string", "0s"],
  scaler_implementation: ["string", "buildkite"],
  scaler_lambda_s3_bucket: ["string", ""],
  scaler_lambda_s3_key: ["string", ""],
  scaler_lambda_s3_object_version: ["string", ""],
  lambda_bucket: ["string", ""],
  scaler_managed_policy_arns: ["list(string)", []],
  scaler_enable_cloudwatch_metrics: ["bool", true],
  scaler_reserved_concurrent_executions: ["number", -1],
  scaler_disable_scale_out: ["bool", false],
  scaler_scale_in_factor: ["number", 0],
  scaler_only_after_all_events: ["bool", false],
  scaler_max_instance_cap: ["number", 0],
  scaler_availability_threshold: ["number", 0.5],
  scaler_warm_idle_instances: ["number", 0],
  scaler_groups: ["list(string)", []],
  scaler_dangling_check_minimum_uptime: ["string", "1h"],
  scaler_max_dangling_instances: ["number", 5],
  scaler_activity_timeout: ["string", "10s"],
  scaler_max_activity_pages: ["number", -1],
  instance_scale_in_protection: ["bool", true],
  instance_termination_grace_period: ["number", 3600],
  enable_instance_refresh: ["bool", false],
  linux_distribution: ["string", "amazonlinux2023"],
  use_image_id_parameter: ["bool", false],
  imds_hop_limit: ["number", 1],
  root_volume_kms_key_id: ["string", ""],
  root_volume_delete_on_termination: ["bool", true],
  create_secrets_bucket: ["bool", true],
  secrets_bucket_force_destroy: ["bool", false],
  create_vpc: ["bool", true],
  vpc_cidr_block: ["string", "10.0.0.0/16"],
  subnet_cidr_blocks: ["list(string)", ["10.0.1.0/24", "10.0.2.0/24"]],
  vpc_endpoints: ["list(string)", ["s3"]],
  ssh_ingress_cidr_blocks: ["list(string)", []],
  create_instance_role: ["bool", true],
  create_scaler_lambda_role: ["bool", true],
  create_asg_process_suspender_role: ["bool", true],
  create_stop_buildkite_agents_role: ["bool", true],
};

function isInput(name: string): name is InputName {
  return table.names.some((input) => input === name);
}

function accepts(input: InputName, content: unknown): boolean {
  const checks = table.row(input).checks as unknown as readonly Check<unknown>[];
  return checks.every((check) => known(check.holds(Value.of(content)))?.content === true);
}

describe("every variable of Buildkite's module is an input", () => {
  test("in the same order, with nothing missing and nothing more but what NEW in this file lists", () => {
    expect(table.names.filter((input) => !(input in NEW))).toEqual(variables.map(({ name }) => name));
  });

  test.each(variables)(
    "$name: type, default, secrecy, operating systems",
    ({ name, type, default: standard, sensitive, platforms }) => {
      const row = isInput(name) ? table.row(name) : undefined;
      expect(row).toMatchObject({ type, default: SAFER[name] ?? standard });
      expect([row?.sensitive, row?.platforms]).toEqual([sensitive, platforms]);
    },
  );

  test.each(variables.filter(({ allowed }) => allowed))("$name: allowed values", ({ name, allowed }) => {
    expect(isInput(name) && table.row(name).choices).toEqual(allowed);
  });

  test.each(variables.filter(({ min }) => min !== undefined))("$name is at least $min", ({ name, min = 0 }) => {
    expect(isInput(name) && [min - 1, min].map((content) => accepts(name, content))).toEqual([false, true]);
  });

  test.each(variables.filter(({ max }) => max !== undefined))("$name is at most $max", ({ name, max = 0 }) => {
    expect(isInput(name) && [max, max + 1].map((content) => accepts(name, content))).toEqual([true, false]);
  });

  test.each(variables.filter(({ above }) => above !== undefined))("$name is above $above", ({ name, above = 0 }) => {
    expect(isInput(name) && [above, above + 1].map((content) => accepts(name, content))).toEqual([false, true]);
  });
});

describe("inputs that the original lacks", () => {
  test.each(Object.entries(NEW))("%s: type and default", (name, [type, standard]) => {
    expect(isInput(name) && table.row(name)).toMatchObject({ type, default: standard });
  });
});

describe("the table is sound", () => {
  test("table.sections hold every input exactly once, in the table's order", () => {
    expect(table.sections.flatMap(({ rows }) => Object.keys(rows))).toEqual(table.names);
  });

  test("every name becomes a prop of its own", () => {
    const props = table.names.map(camel);
    expect(new Set(props).size).toBe(table.names.length);
    expect(props.filter((prop) => !/^[a-z][a-zA-Z0-9]*$/.test(prop))).toEqual([]);
  });

  test.each([
    ["min_size", "minSize"],
    ["docker_ipv4_address_pool_1", "dockerIpv4AddressPool1"],
    ["buildkite_agent_token_parameter_store_kms_key", "buildkiteAgentTokenParameterStoreKmsKey"],
    ["imdsv2_tokens", "imdsv2Tokens"],
    ["tags", "tags"],
  ])("%s is the prop %s", (input, prop) => {
    expect(camel(input)).toBe(prop);
  });

  test.each(table.names)("%s: its default passes its own limits", (input) => {
    expect(accepts(input, table.row(input).default)).toBe(true);
  });

  test.each(table.names)("%s is described in up to four sentences on one line", (input) => {
    const { about } = table.row(input);
    expect(about).toMatch(/^[A-Z1-9-][^\n]{10,}\.$/);
    expect(about.split(/[.:;] (?=[A-Z])/).length).toBeLessThanOrEqual(5);
  });

  test("only one input is inert", () => {
    expect(table.names.filter((input) => table.row(input).inert)).toEqual(["buildkite_agent_scaler_serverless_arn"]);
  });

  test("no two inputs share a name in the instances' environment, and secrets have none", () => {
    const names = table.names.flatMap((input) => table.row(input).env ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(table.names.filter((input) => table.row(input).sensitive && table.row(input).env)).toEqual([]);
  });
});
