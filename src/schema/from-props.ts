import { isReference, known, Value } from "../value/value";
import { InvalidInputs } from "./invalid-inputs";
import { objectsOfProp, wrongObjects } from "./objects";
import { type Row, type VariableType } from "./row";
import { type Schema } from "./schema";
import { camel, type InputNameOf, type InputsOf, type Rows, type Table } from "./table";
import { requirements, type Requirement, warnings } from "./validation";

/** Inputs from the props of a TypeScript program. */
export interface ResolvedProps<R extends Rows> {
  readonly inputs: InputsOf<R>;
  /** Requirements that depend on references, so that only Terraform can check them. */
  readonly unresolved: readonly Requirement[];
  /** Sentences about inputs that have no effect as given. */
  readonly warnings: readonly string[];
}

/**
 * Checks and defaults the props.
 * @throws InvalidInputs naming every wrong input at once.
 */
export function fromProps<R extends Rows>(schema: Schema<R>, props: unknown): ResolvedProps<R> {
  const { table } = schema;
  if (!isObject(props)) throw new InvalidInputs([`The props are ${describe(props)}, but they must be an object.`]);
  const given = props as Readonly<Record<string, unknown>>;
  const wrongTypes = table.names.filter((input) => !fits(table.row(input), given[camel(input)]));
  const inputs = table.inputs((input) => {
    const row = table.row(input);
    // The default replaces a value of the wrong type, so that the other inputs can still be checked.
    return wrongTypes.includes(input) ? Value.of(row.default) : contentOfProp(row, given[camel(input)]);
  });
  const all = requirements(schema, inputs, camel).filter(({ mentions }) => !wrongTypes.some(mentions));
  const problems = [
    ...Object.keys(given).flatMap((prop) => unknownName(schema, prop)),
    ...wrongTypes.map((input) => wrongType(input, table, given[camel(input)])),
    ...sentences(all.filter(isBroken)),
  ];
  if (problems.length > 0) throw new InvalidInputs(problems);
  return {
    inputs,
    unresolved: all.filter(({ holds }) => !known(holds)),
    warnings: sentences(warnings(schema, inputs, camel).filter(isBroken)),
  };
}

function isBroken({ holds }: Requirement): boolean {
  return known(holds)?.content === false;
}

function sentences(requirements: readonly Requirement[]): string[] {
  return requirements.map(({ message }) => known(message)!.content);
}

function contentOfProp(row: Row, given: unknown): Value<unknown> {
  if (given === undefined) return Value.of(row.default);
  if (row.fields) return Value.of(objectsOfProp(row.fields, given as readonly Readonly<Record<string, unknown>>[]));
  if (row.commaSeparated && Array.isArray(given) && !isReference(given)) return Value.of(given.join(","));
  return Value.of(given);
}

function unknownName<R extends Rows>({ table, props }: Schema<R>, prop: string): string[] {
  if (table.names.some((input) => camel(input) === prop)) return [];
  const meant = table.find(prop);
  return [
    meant
      ? `${prop} is not a prop: write it as ${camel(meant)}.`
      : `${prop} is not a prop: see ${props} for those that are.`,
  ];
}

const EXPECTED: Readonly<
  Record<Exclude<VariableType, "list(object)">, { readonly words: string; readonly fits: (given: unknown) => boolean }>
> = {
  string: { words: "a string", fits: (given) => typeof given === "string" },
  number: { words: "a finite number", fits: (given) => Number.isFinite(given) },
  bool: { words: "true or false", fits: (given) => typeof given === "boolean" || isReference(given) },
  "list(string)": { words: "an array of strings", fits: isTexts },
  "map(string)": { words: "an object whose values are strings", fits: isTextMap },
};

function fits({ type, fields, commaSeparated }: Row, given: unknown): boolean {
  if (given === undefined) return true;
  if (type === "list(object)") return wrongObjects("", fields!, given) === undefined;
  return EXPECTED[type].fits(given) || (commaSeparated === true && isTexts(given));
}

function wrongType<R extends Rows>(input: InputNameOf<R>, table: Table<R>, given: unknown): string {
  const { type, fields, commaSeparated, sensitive } = table.row(input);
  if (type === "list(object)") return wrongObjects(camel(input), fields!, given)!;
  const shown = sensitive ? `of type ${typeof given}` : describe(given);
  const expected = `${EXPECTED[type].words}${commaSeparated ? " or an array of strings" : ""}`;
  return `${camel(input)} is ${shown}, but it must be ${expected}.`;
}

const LONGEST_SHOWN = 200;

/** What was given, as far as it can be shown in a sentence. */
function describe(given: unknown): string {
  if (typeof given === "number" || typeof given === "bigint") return String(given);
  const name = (given as { readonly constructor?: { readonly name: string } } | null | undefined)?.constructor?.name;
  if (typeof given === "object" && name !== undefined && !["Object", "Array"].includes(name)) {
    return `an object of class ${name}`;
  }
  const text = json(given) ?? (typeof given === "object" ? "an object that refers to itself" : `a ${typeof given}`);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** Undefined for what JSON has no words for. */
function json(given: unknown): string | undefined {
  try {
    return JSON.stringify(given);
  } catch {
    return undefined;
  }
}

function isObject(given: unknown): boolean {
  return typeof given === "object" && given !== null && !Array.isArray(given) && !isReference(given);
}

function isTexts(given: unknown): boolean {
  return Array.isArray(given) && given.every((item) => typeof item === "string");
}

function isTextMap(given: unknown): boolean {
  if (isReference(given)) return true;
  return typeof given === "object" && given !== null && !Array.isArray(given) && isTexts(Object.values(given));
}
