import { type Synthesized } from "./synthesized";

/** The tags that `merge(local.every_tag, { … })` comes to where the provider has no default tags. */
export function mergedTags(
  expression: string,
  { locals }: Pick<Synthesized, "locals">,
): Readonly<Record<string, string>> {
  const written = expression.replace("local.every_tag", locals["every_tag"] as string);
  const maps = [...written.matchAll(/\{ ((?:"(?:\\.|[^"\\])*"|[^"}])*) \}/g)];
  return Object.assign({}, ...maps.map(([, entries]) => JSON.parse(`{${entries!.replaceAll('" = "', '":"')}}`)));
}
