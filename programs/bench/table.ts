/** Decimal places by unit. */
const DIGITS = { s: 2, ms: 1, MB: 0, KB: 0, B: 0, calls: 0, x: 1 };

/** One line of the result. A target that is missed is not an error. */
export interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit: keyof typeof DIGITS;
  readonly target?: number;
}

const HEADINGS = ["", "measured", "target", "measured/target"];

/** Aligned columns: the first one to the left, numbers to the right. */
export function table(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const aligned = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "),
  );
  return aligned.map((line) => line.trimEnd()).join("\n");
}

function cells({ what, measured, unit, target }: Row): string[] {
  const quantity = (amount: number) => `${amount.toFixed(DIGITS[unit])} ${unit}`;
  if (target === undefined) return [what, quantity(measured), "", ""];
  return [what, quantity(measured), quantity(target), (measured / target).toFixed(2)];
}
