import { isReference, known, Value } from "../value/value";
import { InvalidInputs } from "./invalid-inputs";
import { requirements, type Statement, warnings } from "./validation";
import { type ElasticCiStackProps } from "../elastic-ci-stack/props.generated";
import { type Row, type VariableType } from "./row";
import { camel, type InputName, inputNames, type Inputs, rowOf } from "../elastic-ci-stack/inputs/table";

/** Inputs as a TypeScript program gave them. */
export interface ResolvedProps {
  readonly inputs: Inputs;
  /** Requirements that nobody can judge before Terraform runs, because they hang on references. */
  readonly open: readonly Statement[];
  /** Sentences about inputs that have no effect as given. */
  readonly warnings: readonly string[];
}

/**
 * Checks and defaults the props.
 * @throws InvalidInputs naming every wrong input at once.
 */
export function fromProps(props: ElasticCiStackProps): ResolvedProps {
  const given = props as Readonly<Record<string, unknown>>;
  const strangers = Object.keys(given).flatMap(unknownName);
  const misfits = inputNames.filter((input) => !fits(input, given[camel(input)]));

  const entries = inputNames.map((input) => {
    const row = rowOf(input);
    // A default stands in for a value of the wrong type, so that the other inputs can still be judged.
    const content = misfits.includes(input) ? Value.of(row.default) : contentOfProp(row, given[camel(input)]);
    return [camel(input), content] as const;
  });
  const inputs = Object.fromEntries(entries) as unknown as Inputs;
  const all = requirements(inputs, camel).filter(({ mentions }) => !misfits.some(mentions));
  const problems = [
    ...strangers,
    ...misfits.map((input) => wrongType(input, given[camel(input)])),
    ...sentences(all.filter(isBroken)),
  ];
  if (problems.length > 0) throw new InvalidInputs(problems);
  return {
    inputs,
    open: all.filter(({ holds }) => !known(holds)),
    warnings: sentences(warnings(inputs, camel).filter(isBroken)),
  };
}

function isBroken({ holds }: Statement): boolean {
  return known(holds)?.content === false;
}

function sentences(statements: readonly Statement[]): string[] {
  return statements.map(({ message }) => known(message)!.content);
}

function contentOfProp(row: Row, given: unknown): Value<unknown> {
  if (given === undefined) return Value.of(row.default);
  if (row.commaSeparated && Array.isArray(given) && !isReference(given)) return Value.of(given.join(","));
  return Value.of(given);
}

function unknownName(prop: string): string[] {
  if (inputNames.some((input) => camel(input) === prop)) return [];
  const meant = inputNames.find((input) => input === prop);
  return [
    meant
      ? `${prop} is not a prop: write it as ${camel(meant)}.`
      : `${prop} is not a prop: see ElasticCiStackProps for those that are.`,
  ];
}

const EXPECTED: Readonly<Record<VariableType, { readonly words: string; readonly fits: (given: unknown) => boolean }>> =
  {
    string: { words: "a string", fits: (given) => typeof given === "string" },
    number: { words: "a finite number", fits: (given) => Number.isFinite(given) },
    bool: { words: "true or false", fits: (given) => typeof given === "boolean" || isReference(given) },
    "list(string)": { words: "an array of strings", fits: isTexts },
    "map(string)": { words: "an object whose values are strings", fits: isTextMap },
  };

function fits(input: InputName, given: unknown): boolean {
  const { type, commaSeparated } = rowOf(input);
  return given === undefined || EXPECTED[type].fits(given) || (commaSeparated === true && isTexts(given));
}

function wrongType(input: InputName, given: unknown): string {
  const { type, commaSeparated, sensitive } = rowOf(input);
  const shown = sensitive ? `of type ${typeof given}` : describe(given);
  const expected = `${EXPECTED[type].words}${commaSeparated ? " or an array of strings" : ""}`;
  return `${camel(input)} is ${shown}, but it must be ${expected}.`;
}

function describe(given: unknown): string {
  if (typeof given === "number") return String(given);
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- undefined for functions and symbols
  return JSON.stringify(given) ?? String(given);
}

function isTexts(given: unknown): boolean {
  return Array.isArray(given) && given.every((item) => typeof item === "string");
}

function isTextMap(given: unknown): boolean {
  if (isReference(given)) return true;
  return typeof given === "object" && given !== null && !Array.isArray(given) && isTexts(Object.values(given));
}
