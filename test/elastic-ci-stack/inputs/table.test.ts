import { type InputName, table } from "../../../src/elastic-ci-stack/inputs/table";
import { camel } from "../../../src/schema/table";
import { accepts, examples, keeps } from "../../harness/contents";
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

/** Defaults that differ from the original's on purpose: safer, and the endpoint of its CloudFormation template. */
const OURS: Readonly<Record<string, unknown>> = {
  agent_endpoint: "https://agent-edge.buildkite.com/v3",
  imdsv2_tokens: "required",
  root_volume_encrypted: true,
  root_volume_iops: 3000,
  secrets_bucket_encryption: true,
};

function isInput(name: string): name is InputName {
  return table.names.some((input) => input === name);
}

describe("every variable of Buildkite's module is an input", () => {
  test("in the same order, with nothing missing", () => {
    const names = variables.map(({ name }) => name);
    expect(table.names.filter((input) => names.includes(input))).toEqual(names);
  });

  test.each(variables)(
    "$name: type, default, secrecy, operating systems",
    ({ name, type, default: standard, sensitive, platforms }) => {
      const row = isInput(name) ? table.row(name) : undefined;
      expect(row).toMatchObject({ type, default: OURS[name] ?? standard });
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

describe("the table is sound", () => {
  test("sections hold every input exactly once, in the table's order", () => {
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

  test("our image need not distinguish an empty input from a missing one: none that may be empty has another default", () => {
    const inEnvironment = table.names.filter((input) => table.row(input).env !== undefined);
    const lists = inEnvironment.filter((input) => table.row(input).type === "list(string)");
    const texts = inEnvironment.filter((input) => table.row(input).type === "string");
    const mayBeEmpty = [...lists.filter((input) => accepts(input, [])), ...texts.filter((input) => accepts(input, ""))];
    expect(mayBeEmpty.filter((input) => String(table.row(input).default) !== "")).toEqual([]);
  });

  test.each(table.names)("%s: what a limit of it gives as an example passes that limit", (input) => {
    expect(examples(input).filter(({ check, content }) => !keeps(check, content))).toEqual([]);
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
