import { type AnyDefinition } from "../schema/definition";
import { inputTables, outputTable } from "../schema/documentation";

/** The repository's README with its tables of inputs and outputs brought up to date. */
export function withTables(readme: string, { schema, outputs }: AnyDefinition): string {
  return between(between(readme, "inputs", inputTables(schema.table)), "outputs", outputTable(outputs));
}

/** The text with new content between `<!-- name -->` and `<!-- /name -->`, which Prettier ignores: it would pad every table column. */
function between(readme: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest] = [readme.indexOf(begin), readme.indexOf(end)];
  if (before < 0 || rest < before) throw new Error(`README.md needs the markers ${begin} and ${end}, in this order`);
  const kept = ["<!-- prettier-ignore-start -->", content, "<!-- prettier-ignore-end -->"].join("\n\n");
  return `${readme.slice(0, before + begin.length)}\n\n${kept}\n\n${readme.slice(rest)}`;
}
