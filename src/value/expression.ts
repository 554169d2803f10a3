import { type IResolvable, type IResolveContext, Token, Tokenization } from "cdktf";
import { Value } from "./value";

/** A part of an expression: Terraform text as it stands, or something to render in its place. */
export type Part = string | { readonly operand: unknown };

/** Terraform text with operands in between. It becomes text when cdktf resolves it. */
export class Expression implements IResolvable {
  readonly creationStack: string[] = [];

  constructor(private readonly parts: readonly Part[]) {}

  resolve(context: IResolveContext): string {
    const braces = context.suppressBraces !== true;
    context.suppressBraces = true;
    const text = this.parts.map((part) => (typeof part === "string" ? part : render(context, part.operand))).join("");
    return braces ? `\${${text}}` : text;
  }

  toString(): string {
    return Token.asString(this);
  }

  toJSON(): string {
    return "<terraform expression>";
  }
}

/** A text with operands in its places. One inside another is laid out flat. */
export class Template extends Expression {
  constructor(readonly pieces: readonly Part[]) {
    super(['"', ...pieces.flatMap((piece) => (typeof piece === "string" ? [quote(piece).slice(1, -1)] : ["${", piece, "}"])), '"']);
  }
}

/** Literals are quoted, references stay bare, containers are rendered item by item. */
function render(context: IResolveContext, operand: unknown): string {
  if (Value.is(operand)) return render(context, operand.content);
  if (operand === null || operand === undefined) return "null";
  if (Tokenization.isResolvable(operand)) return renderToken(context, operand);
  if (typeof operand === "string") return renderText(context, operand);
  if (typeof operand === "number") return renderNumber(context, operand);
  if (typeof operand === "boolean") return String(operand);
  if (Array.isArray(operand)) return renderList(context, operand);
  const entries = Object.entries(operand as object).map(([key, item]) => `${quote(key)} = ${render(context, item)}`);
  return `{${entries.join(", ")}}`;
}

function renderToken(context: IResolveContext, token: IResolvable): string {
  const content: unknown = context.resolve(token);
  return typeof content === "string" ? content : render(context, content);
}

const TOKEN_MARKER = /\$\{TfToken\[[^\]]+\]\}/g;

/** Text that mixes literals and tokens becomes a template; only its literals are escaped. */
function renderText(context: IResolveContext, text: string): string {
  const markers = [...text.matchAll(TOKEN_MARKER)];
  const tokens = markers.map(([marker]) => renderToken(context, Tokenization.reverseString(marker).firstToken!));
  if (markers[0]?.[0] === text) return tokens[0]!;
  const literals = text.split(TOKEN_MARKER).map((literal) => quote(literal).slice(1, -1));
  return `"${literals.map((literal, i) => (i === 0 ? literal : `\${${tokens[i - 1]}}${literal}`)).join("")}"`;
}

function renderNumber(context: IResolveContext, value: number): string {
  const token = Tokenization.reverseNumber(value);
  return token ? renderToken(context, token) : String(value);
}

function renderList(context: IResolveContext, items: readonly unknown[]): string {
  const token = Token.isUnresolved(items) ? Tokenization.reverseList(items as string[]) : undefined;
  return token ? renderToken(context, token) : `[${items.map((item) => render(context, item)).join(", ")}]`;
}

/** A literal in Terraform's syntax, where JSON's `\b` and `\f` do not exist and `${` and `%{` begin a template. */
export function quote(text: string): string {
  return JSON.stringify(text)
    .replace(/(?<!\\)((?:\\\\)*)\\b/g, "$1\\u0008")
    .replace(/(?<!\\)((?:\\\\)*)\\f/g, "$1\\u000c")
    .replace(/\$\{/g, "$$$${")
    .replace(/%\{/g, "%%{");
}
