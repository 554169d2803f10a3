import { camel } from "../../src/schema/table";

/** Contents of inputs, by the variables' names, as a TypeScript program gives them. */
export function asProps(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(variables).map(([input, content]) => [camel(input), asProp(content)]));
}

/** Objects in a list have fields of ours; the keys of a map are the user's own. */
function asProp(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.map((item: unknown) =>
    typeof item === "object" && item !== null
      ? Object.fromEntries(Object.entries(item).map(([field, one]) => [camel(field), one as unknown]))
      : item,
  );
}
