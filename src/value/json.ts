import { join, sortedEntries } from "./list";
import { decimal, text } from "./text";
import { at, fold, known, type Operand, Value, when } from "./value";

/** What may stand in a document: plain data with operands anywhere in it. */
export type Document = Operand<unknown>;

/** A JSON document. Known ones are written exactly as Terraform's `jsonencode` writes them, so both modes agree to the byte. */
export function jsonDocument(document: Document): Value<string> {
  return fold<[unknown], string>([document], encode, "jsonencode(", at(document), ")");
}

/** A JSON array some of whose items exist only under a condition. Terraform could not type it as a list, so it is joined as text. */
export function jsonArray(
  items: readonly { readonly exists: Operand<boolean>; readonly document: Document }[],
): Value<string> {
  const possible = items.filter(({ exists }) => known(exists)?.content !== false);
  const isOpen = possible.some(({ exists }) => !known(exists));
  if (!isOpen) return jsonDocument(possible.map(({ document }) => document));
  const texts = possible.map(({ exists, document }) => when(exists, jsonDocument(document), ""));
  return text`[${join(",", Value.expression<string[]>("compact(", at(texts), ")"))}]`;
}

export function base64(operand: Operand<string>): Value<string> {
  return fold<[string], string>(
    [operand],
    (whole) => Buffer.from(whole).toString("base64"),
    "base64encode(",
    at(operand),
    ")",
  );
}

/** Never computed here, even of known text: every compressor writes other bytes. */
export function base64gzip(operand: Operand<string>): Value<string> {
  return Value.expression<string>("base64gzip(", at(operand), ")");
}

function encode(document: unknown): string {
  if (typeof document === "number") return decimal(document);
  if (Array.isArray(document)) return `[${document.map(encode).join(",")}]`;
  if (typeof document !== "object" || document === null) return encodeText(document);
  const fields = sortedEntries(document as Readonly<Record<string, unknown>>).filter(([, item]) => item !== undefined);
  return `{${fields.map(([key, item]) => `${encodeText(key)}:${encode(item)}`).join(",")}}`;
}

function encodeText(content: unknown): string {
  return JSON.stringify(content).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
