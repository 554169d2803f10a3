import { table } from "../../../src/elastic-ci-stack/inputs/table";
import { asProps } from "../../harness/as-prop";
import { camel } from "../../../src/schema/table";

export interface Allowed {
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Refused extends Allowed {
  /** The message, or the first of them, in either mode. */
  readonly says: RegExp;
  /** All messages, in order. */
  readonly problems: readonly RegExp[];
}

export type Given = Readonly<Record<string, unknown>>;

const TOKEN: Given = { buildkite_agent_token: "token" };
export const NO_TOKEN: Given = { buildkite_agent_token: "" };
export const ROLE = "arn:aws:iam::123456789012:role/ci";
export const KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
export const VPC: Given = { vpc_id: "vpc-0a1b2c3d", subnets: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"] };

export function allow(name: string, given: Given): Allowed {
  const variables = { ...TOKEN, ...given };
  return { name, props: asProps(variables), variables };
}

export function refuse(name: string, given: Given, ...says: readonly [string, ...string[]]): Refused {
  const problems = says.map(message);
  return { ...allow(name, given), says: problems[0]!, problems };
}

function message(says: string): RegExp {
  const pieces = says.split(/\{([a-z0-9_]+)\}/);
  const source = pieces.map((piece, i) => (i % 2 ? `(${piece}|${camel(piece)})` : escape(piece))).join("");
  return new RegExp(source.replace(" … ", " .*"));
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Inputs by their props' names, for what is allowed but deserves a warning, and how that begins. */
export function warn(given: Given, says: string): Refused {
  const variable = (prop: string) => table.names.find((input) => camel(input) === prop) ?? prop;
  const variables = Object.fromEntries(Object.entries(given).map(([prop, content]) => [variable(prop), content]));
  return refuse(
    says,
    variables,
    says.replace(/[a-z]+[A-Z0-9][a-zA-Z0-9]*/g, (word) => (variable(word) === word ? word : `{${variable(word)}}`)),
  );
}

/** One text input that is wrong, and the same one right. */
export type Pair = readonly [input: string, wrong: unknown, must: string, right: unknown];

/** Its wrong and its right content as cases. */
export function bothWays(pairs: readonly Pair[]): {
  readonly refused: readonly Refused[];
  readonly allowed: readonly Allowed[];
} {
  return {
    refused: pairs.map(([input, wrong, must]) =>
      refuse(
        `${input} ${brief(wrong)}`,
        { [input]: wrong },
        `{${input}} is ${JSON.stringify(wrong)}, but it must … ${must}`,
      ),
    ),
    allowed: pairs.map(([input, , , right]) => allow(`${input} ${brief(right)}`, { [input]: right })),
  };
}

function brief(content: unknown): string {
  return JSON.stringify(content).slice(0, 60);
}
