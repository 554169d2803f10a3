/* Writes HCL in the layout of `terraform fmt`. */
import { quote } from "../value/expression";
import { indent, layout } from "./layout";
import { afterBracket, afterPiece } from "./scan";

/** `name = value`, where the value is HCL source. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

export interface Block {
  /** Type and labels, such as `variable "min_size"`. */
  readonly header: string;
  readonly body: readonly Item[];
}

export type Item = Attribute | Block;

export function block(type: string, labels: readonly string[], body: readonly Item[]): Block {
  return { header: [type, ...labels.map(quote)].join(" "), body };
}

export function attribute(name: string, value: unknown): Attribute {
  return { name, value: literal(value) };
}

/** Source of a block, without a line break at its end. */
export function render({ header, body }: Block): string {
  return body.length === 0 ? `${header} {}` : `${header} {\n${indent(bodyLines(body)).join("\n")}\n}`;
}

/** A value in Terraform's native syntax. A map has one line per entry, and so has a list that contains a map. */
export function literal(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return literalList(value.map(literal));
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => attribute(mapKey(key), item));
  return entries.length === 0 ? "{}" : `{\n${indent(bodyLines(entries)).join("\n")}\n}`;
}

function literalList(items: readonly string[]): string {
  if (!items.some((item) => item.includes("\n"))) return `[${items.join(", ")}]`;
  return ["[", ...indent(items.flatMap((item) => `${item},`.split("\n"))), "]"].join("\n");
}

function mapKey(key: string): string {
  const isName = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key);
  return isName && !["for", "null", "true", "false"].includes(key) ? key : quote(key);
}

/** A string of Terraform's JSON syntax in native syntax: a single `${…}` is its expression, anything else is a template. */
export function fromJson(text: string): string {
  if (text.startsWith("${") && afterBracket(text, 2) === text.length) return layout(text.slice(2, -1));
  const pieces: string[] = [];
  for (let from = 0, to = 0; from < text.length; from = to) {
    to = afterPiece(text, from);
    const piece = text.slice(from, to);
    // Anything else stays as it is: half of a surrogate pair, or an interpolation.
    pieces.push(/^["\\\x00-\x1f]$/.test(piece) ? quote(piece).slice(1, -1) : piece);
  }
  return `"${pieces.join("")}"`;
}

/** An empty line before each block; the equals signs of adjacent one-line attributes in one column. */
function bodyLines(body: readonly Item[]): string[] {
  return body.flatMap((item, i) => {
    if ("name" in item) return `${item.name.padEnd(column(body, i))} = ${item.value}`.split("\n");
    return [...(i === 0 ? [] : [""]), ...render(item).split("\n")];
  });
}

function column(body: readonly Item[], at: number): number {
  if (!isOneLine(body[at])) return 0;
  let [first, last] = [at, at];
  while (isOneLine(body[first - 1])) first--;
  while (isOneLine(body[last + 1])) last++;
  return Math.max(...body.slice(first, last + 1).map((item) => ("name" in item ? item.name.length : 0)));
}

function isOneLine(item: Item | undefined): boolean {
  return item !== undefined && "name" in item && !item.value.includes("\n");
}
