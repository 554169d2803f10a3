/* The documentation of a table's inputs and outputs: in doc comments, and in Markdown tables. */
import { type AnyDefinition } from "./definition";
import { type Row, terraformType } from "./row";
import { type AnyTable, type Section } from "./table";

/** Limits and restrictions of an input, one sentence each. */
export function remarks(row: Row): string[] {
  const limits = row.checks.map(({ must }) => must);
  return [
    ...(limits.length > 0 ? [`It must ${limits.join("; it must ")}.`] : []),
    ...(row.platforms ? [`Only for ${row.platforms.map(systemName).join(" and ")}.`] : []),
    ...(row.providerFrom ? [`It needs AWS provider ${row.providerFrom} or later.`] : []),
  ];
}

function systemName(platform: "linux" | "windows"): string {
  return platform === "linux" ? "Linux" : "Windows";
}

/** Prose with the inputs that it names in code style, by their names in Terraform or TypeScript. */
export function inProse(text: string, table: AnyTable, naming: (input: string) => string): string {
  const named = (word: string) => (table.find(word) ? `\`${naming(word)}\`` : word);
  return text.replace(/[a-z0-9]+(_[a-z0-9]+)+/g, named);
}

/** One Markdown table per section. */
export function inputTables(table: AnyTable): string {
  const parts = table.sections.map((section) => [`### ${section.title}`, "", ...inputTable(section, table)].join("\n"));
  return parts.join("\n\n");
}

function inputTable({ rows }: Section, table: AnyTable): string[] {
  const lines = Object.entries(rows).map(([input, row]) => {
    const description = [row.about, ...remarks(row), ...(row.inert ? [row.inert] : [])].join(" ");
    const content = inProse(cell(description), table, (name) => name);
    return `| \`${input}\` | \`${terraformType(row)}\` | \`${JSON.stringify(row.default)}\` | ${content} |`;
  });
  return ["| Name | Type | Default | Description |", "| --- | --- | --- | --- |", ...lines];
}

function cell(text: string): string {
  return text.replace(/[|*<>\\]/g, "\\$&");
}

export function outputTable(outputs: AnyDefinition["outputs"]): string {
  const rows = Object.entries(outputs).map(([name, { about }]) => `| \`${name}\` | ${about} |`);
  return ["| Name | Description |", "| --- | --- |", ...rows].join("\n");
}
