/* Lists of objects, as a TypeScript program gives them. */
import { isReference } from "../value/value";
import { type Field, type Fields } from "./row";
import { camel } from "./table";

type Given = Readonly<Record<string, unknown>>;

const TYPES = {
  string: { type: "string", words: "a string" },
  bool: { type: "boolean", words: "true or false" },
} as const;

/** The objects under the variables' names, with the defaults of what was left out. */
export function objectsOfProp(fields: Fields, given: readonly Given[]): readonly Given[] {
  return given.map((item) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, { default: standard }]) => [name, item[camel(name)] ?? standard]),
    ),
  );
}

/** A sentence about the first thing in the list that is wrong. What the objects hold may be long, or a secret, and is not repeated. */
export function wrongObjects(prop: string, fields: Fields, given: unknown): string | undefined {
  const expected = `an array of objects with ${Object.keys(fields).map(camel).join(", ")}`;
  if (!Array.isArray(given)) return `${prop} is of type ${typeof given}, but it must be ${expected}.`;
  const wrong = given.map((item: unknown, i) => wrongObject(`${prop}[${String(i)}]`, fields, item));
  return wrong.find((sentence) => sentence !== undefined);
}

function wrongObject(place: string, fields: Fields, item: unknown): string | undefined {
  const names = Object.keys(fields).map(camel);
  const words = `an object with ${names.join(", ")}`;
  if (typeof item !== "object" || item === null) return `${place} is of type ${typeof item}, but it must be ${words}.`;
  const stranger = Object.keys(item).find((name) => !names.includes(name));
  if (stranger !== undefined) return `${place} has ${stranger}, but it must be ${words}.`;
  const wrong = Object.entries(fields).find(([name, field]) => !fits(field, (item as Given)[camel(name)]));
  return (
    wrong &&
    `${place}.${camel(wrong[0])} is of type ${typeof (item as Given)[camel(wrong[0])]}, but it must be ${TYPES[wrong[1].type].words}.`
  );
}

function fits({ type, default: standard }: Field, content: unknown): boolean {
  if (content === undefined) return standard !== undefined;
  return typeof content === TYPES[type].type || isReference(content);
}
