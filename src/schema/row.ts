import { type Check, oneOf } from "./check";

export type Platform = "linux" | "windows";

/** One input: everything that props, variables, documentation and the agents' environment say about it. */
export interface Row<T = unknown> {
  readonly type: VariableType;
  readonly default: T;
  /** Plain sentences. The first is the summary; units belong in it. */
  readonly about: string;
  readonly checks: readonly Check<never>[];
  /** Name under which the value reaches the instances' scripts. */
  readonly env?: string;
  /** Operating systems that the input means something to. Absent: all. */
  readonly platforms?: readonly Platform[];
  readonly sensitive?: true;
  /** Whether the module's variable takes ephemeral values, because Terraform never stores what becomes of it. */
  readonly ephemeral?: true;
  /** A comma-separated text, for which a TypeScript program may also give an array. */
  readonly commaSeparated?: true;
  /** What the objects of a list have. */
  readonly fields?: Fields;
  /** A size for systemd, which knows its unit in upper case only. */
  readonly isSize?: true;
  /** How our image validates the value, where type, choices and limits do not say it. */
  readonly imageKind?: ImageKind;
  /** The only values that are allowed, for the type of the prop. */
  readonly choices?: readonly (string | number)[];
  /** Why the input is accepted although nothing reads it. */
  readonly inert?: string;
  /** First version of the AWS provider that knows what the input sets, where older ones are supported otherwise. */
  readonly providerFrom?: string;
}

/** The kinds in the image's inputs.sh that a row may name. */
export type ImageKind =
  | `whole:${number}:`
  | "age"
  | "bucket"
  | "endpoint"
  | "ipv4-range"
  | "ipv6-range"
  | "item"
  | "parameter"
  | "percent"
  | "settings-source"
  | "source"
  | "sudo"
  | "swap"
  | "word";

export type VariableType = "string" | "number" | "bool" | "list(string)" | "map(string)" | "list(object)";

/** One field of an object. One with a default may be left out. */
export interface Field {
  readonly type: "string" | "bool";
  readonly default?: string | boolean;
}

export type Fields = Readonly<Record<string, Field>>;

type Details<T> = Omit<Row<T>, "type" | "checks" | "choices" | "fields"> & { readonly checks?: readonly Check<T>[] };

function row<T>(type: VariableType, { checks = [], ...details }: Details<T>): Row<T> {
  return { type, checks, ...details };
}

export function text(details: Details<string>): Row<string> {
  return row("string", details);
}

export function number(details: Details<number>): Row<number> {
  return row("number", details);
}

export function flag(details: Details<boolean>): Row<boolean> {
  return row("bool", details);
}

export function texts(details: Details<readonly string[]>): Row<readonly string[]> {
  return row("list(string)", details);
}

export function textMap(details: Details<Readonly<Record<string, string>>>): Row<Readonly<Record<string, string>>> {
  return row("map(string)", details);
}

export function objects<T extends object>(
  fields: { readonly [K in keyof T & string]: Field },
  details: Details<readonly T[]>,
): Row<readonly T[]> {
  return { ...row("list(object)", details), fields };
}

/** A text or number out of a fixed list. */
export function choice<const A extends readonly (string | number)[]>(
  allowed: A,
  details: Details<A[number]>,
): Row<A[number]> {
  const type = typeof allowed[0] === "number" ? "number" : "string";
  return {
    ...row(type, { ...details, checks: [oneOf<A[number]>(allowed), ...(details.checks ?? [])] }),
    choices: allowed,
  };
}

/** The type of the input's variable, as Terraform writes it. */
export function terraformType({ type, fields }: Pick<Row, "type" | "fields">): string {
  if (!fields) return type;
  const declared = Object.entries(fields).map(([name, { type: content, default: standard }]) => {
    const isOptional = standard !== undefined;
    return `${name} = ${isOptional ? `optional(${content}, ${JSON.stringify(standard)})` : content}`;
  });
  return `list(object({ ${declared.join(", ")} }))`;
}
