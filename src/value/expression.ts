import { type IResolvable, type IResolveContext, Lazy, LazyBase, Token, Tokenization } from "cdktf";

/** Brand of a Value. A registered symbol, so that two installed copies of this package agree. */
export const VALUE = Symbol.for("cdktf-buildkite-elastic-ci-stack.value");

export function isValue(candidate: unknown): candidate is { readonly content: unknown } {
  return typeof candidate === "object" && candidate !== null && VALUE in candidate;
}

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

/** A template string with operands. A nested one is flattened into the outer one. */
export class Template extends Expression {
  readonly pieces: readonly Part[];

  constructor(pieces: readonly Part[]) {
    const merged = mergeLiterals(pieces);
    super([
      '"',
      ...merged.flatMap((piece, i) =>
        typeof piece === "string" ? [quotedLiteral(piece, i === merged.length - 1)] : ["${", piece, "}"],
      ),
      '"',
    ]);
    this.pieces = merged;
  }
}

/** Adjacent literals become one: a `$` at the end of one and a `{` at the start of the next must be escaped together. */
function mergeLiterals(pieces: readonly Part[]): readonly Part[] {
  return pieces.reduce<readonly Part[]>((done, piece) => {
    const last = done.at(-1);
    return typeof last === "string" && typeof piece === "string"
      ? [...done.slice(0, -1), last + piece]
      : [...done, piece];
  }, []);
}

/** A literal before an operand must not end in `$`, which would turn the operand's `${` into plain text. */
function quotedLiteral(literal: string, isLast: boolean): string {
  const quoted = quote(literal).slice(1, -1);
  return isLast ? quoted : quoted.replace(/\$$/, "\\u0024");
}

/** The text of a reference itself, such as aws_iam_policy.own.arn, known at synth in place of what it refers to. */
export function nameOf(reference: unknown): string {
  return Lazy.stringValue({
    produce: (context) => {
      context.suppressBraces = true;
      return new Expression([{ operand: reference }]).resolve(context);
    },
  });
}

/** Literals are quoted, references stay bare, containers are rendered item by item. */
function render(context: IResolveContext, operand: unknown): string {
  if (isValue(operand)) return render(context, operand.content);
  if (operand === null || operand === undefined) return "null";
  if (Tokenization.isResolvable(operand)) return renderToken(context, operand);
  if (typeof operand === "string") return renderText(context, operand);
  if (typeof operand === "number") return renderNumber(context, operand);
  if (typeof operand === "boolean") return String(operand);
  if (Array.isArray(operand)) return renderList(context, operand);
  return renderMap(context, operand as Readonly<Record<string, unknown>>);
}

function renderToken(context: IResolveContext, token: IResolvable): string {
  // A lazy value resolves to content, which still has to be quoted; every other token resolves to an expression.
  if (token instanceof LazyBase) return render(context, token.resolve(context));
  const content: unknown = context.resolve(token);
  return typeof content === "string" ? content : render(context, content);
}

const TOKEN_MARKER = /\$\{TfToken\[[^\]]+\]\}/g;

/** Text that mixes literals and tokens becomes a template; only its literals are escaped. */
function renderText(context: IResolveContext, text: string): string {
  const tokens = [...text.matchAll(TOKEN_MARKER)].map(([marker]) => Tokenization.reverseString(marker).firstToken!);
  const literals = text.split(TOKEN_MARKER);
  if (tokens.length === 1 && literals.join("") === "") return renderToken(context, tokens[0]!);
  const pieces = literals.flatMap((literal, i) => (i === 0 ? [literal] : [{ operand: tokens[i - 1] }, literal]));
  return new Template(pieces).resolve(context);
}

function renderNumber(context: IResolveContext, value: number): string {
  const token = Tokenization.reverseNumber(value);
  return token ? renderToken(context, token) : String(value);
}

function renderList(context: IResolveContext, items: readonly unknown[]): string {
  const token = Token.isUnresolved(items) ? Tokenization.reverseList(items as string[]) : undefined;
  return token ? renderToken(context, token) : `[${items.map((item) => render(context, item)).join(", ")}]`;
}

function renderMap(context: IResolveContext, map: Readonly<Record<string, unknown>>): string {
  const token = Token.isUnresolved(map) ? Tokenization.reverseMap(map) : undefined;
  if (token) return renderToken(context, token);
  const entries = Object.entries(map).filter(([, item]) => item !== undefined);
  const key = (name: string) => (Token.isUnresolved(name) ? `(${renderText(context, name)})` : quote(name));
  const written = entries.map(([name, item]) => `${key(name)} = ${render(context, item)}`);
  // Spaced as terraform fmt does.
  return written.length === 0 ? "{}" : `{ ${written.join(", ")} }`;
}

/** A literal in Terraform's syntax, where JSON's `\b` and `\f` do not exist and `${` and `%{` begin a template. */
export function quote(text: string): string {
  return JSON.stringify(normalizeLikeTerraform(text))
    .replace(/\\./g, (escape) => (escape === "\\b" ? "\\u0008" : escape === "\\f" ? "\\u000c" : escape))
    .replace(/\$\{/g, "$$$${")
    .replace(/%\{/g, "%%{");
}

/** Terraform's strings are in Unicode normalization form C, and a lone surrogate becomes U+FFFD. */
export function normalizeLikeTerraform(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd").normalize();
}
