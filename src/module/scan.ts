/* Finds the ends of strings, interpolations and brackets in HCL source. */

/** Position after the quote that ends the string whose content begins at `from`. */
export function afterString(source: string, from: number): number {
  for (let i = from; i < source.length;) {
    if (source[i] === '"') return i + 1;
    if (source[i] === "\\") i += 2;
    else i = afterPiece(source, i);
  }
  throw new Error(`a string has no end: ${source}`);
}

/** Position after one character of a template, one escaped `${` or one whole interpolation. */
export function afterPiece(source: string, i: number): number {
  const [opening] = /^(\$\$\{|%%\{|\$\{|%\{)/.exec(source.slice(i, i + 3)) ?? [];
  if (opening === undefined) return i + 1;
  return opening.length === 3 ? i + 3 : afterBracket(source, i + 2);
}

/** Position after the bracket that closes the one which was opened just before `from`. */
export function afterBracket(source: string, from: number): number {
  for (let i = from; i < source.length;) {
    const character = source[i]!;
    if (")]}".includes(character)) return i + 1;
    i = afterToken(source, i);
  }
  throw new Error(`a bracket is not closed: ${source}`);
}

/** Position after one character, one string, or everything between two brackets. */
function afterToken(source: string, i: number): number {
  if (source[i] === '"') return afterString(source, i + 1);
  return "([{".includes(source[i]!) ? afterBracket(source, i + 1) : i + 1;
}

/** Positions of a character where it stands outside of strings and brackets. */
export function outside(source: string, character: string): number[] {
  const found: number[] = [];
  for (let i = 0; i < source.length; i = afterToken(source, i)) if (source[i] === character) found.push(i);
  return found;
}
