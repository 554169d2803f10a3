/* Formats expressions for readers: no needless parentheses, long conditionals over several lines. */
import { afterBracket, outside } from "./scan";

const WIDTH = 90;

/** A parsed conditional, or the source of any other expression. */
type Tree = string | { readonly test: Tree; readonly then: Tree; readonly otherwise: Tree };

/** The same expression, readable. More than one line comes in parentheses, as Terraform wants it. */
export function layout(expression: string): string {
  const tree = parse(expression);
  const line = flat(tree);
  if (line.length <= WIDTH || typeof tree === "string") return line;
  return ["(", ...indent(lines(tree)), ")"].join("\n");
}

function parse(expression: string): Tree {
  const bare = withoutParentheses(expression.trim());
  const [question] = outside(bare, "?");
  if (question === undefined) return bare;
  const questions = outside(bare, "?");
  const colon = outside(bare, ":").find((at, i) => questions.filter((other) => other < at).length === i + 1)!;
  return {
    test: parse(bare.slice(0, question)),
    then: parse(bare.slice(question + 1, colon)),
    otherwise: parse(bare.slice(colon + 1)),
  };
}

function withoutParentheses(expression: string): string {
  const isWrapped = expression.startsWith("(") && afterBracket(expression, 1) === expression.length;
  return isWrapped ? withoutParentheses(expression.slice(1, -1).trim()) : expression;
}

/** Conditionals are right-associative, so the last operand needs no parentheses. */
function flat(tree: Tree): string {
  if (typeof tree === "string") return tree;
  return `${operand(tree.test)} ? ${operand(tree.then)} : ${flat(tree.otherwise)}`;
}

function operand(tree: Tree): string {
  return typeof tree === "string" ? tree : `(${flat(tree)})`;
}

function lines(tree: Tree): string[] {
  const line = flat(tree);
  if (line.length <= WIDTH || typeof tree === "string") return [line];
  return [...operandLines(tree.test, ""), ...operandLines(tree.then, "? "), ...prefixed(lines(tree.otherwise), ": ")];
}

function operandLines(tree: Tree, prefix: string): string[] {
  const line = operand(tree);
  if (line.length <= WIDTH || typeof tree === "string") return [prefix + line];
  return [`${prefix}(`, ...indent(lines(tree)), ")"];
}

function prefixed([first = "", ...rest]: readonly string[], prefix: string): string[] {
  return [prefix + first, ...rest];
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? line : `  ${line}`));
}
