/** The demo's output, with the seconds since its start. On a terminal, lines of progress are rewritten in place. */
export class Terminal {
  readonly #start = Date.now();
  #liveLines = 0;
  #lastPlain = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stdout) {}

  get seconds(): string {
    return ((Date.now() - this.#start) / 1000).toFixed(1);
  }

  /** Whether lines can be rewritten. */
  get isLive(): boolean {
    return this.stream.isTTY;
  }

  /** A new phase, or a result of the current one. */
  phase(text: string): void {
    this.print(`[${this.seconds.padStart(6)} s] ${text}`);
  }

  print(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  /** Progress of the phase. Without a terminal at most one line every five seconds. */
  progress(text: string): void {
    if (this.isLive) {
      this.block([`[${this.seconds.padStart(6)} s]   ${text}`]);
    } else if (Date.now() - this.#lastPlain >= 5_000) {
      this.#lastPlain = Date.now();
      this.phase(`  ${text}`);
    }
  }

  /** Lines in place of the last ones. Only for a terminal. */
  block(lines: readonly string[]): void {
    this.clear();
    // A line that wraps could not be rewritten.
    const width = (this.stream.columns || 80) - 1;
    this.stream.write(lines.map((line) => line.slice(0, width)).join("\n"));
    this.#liveLines = lines.length;
  }

  private clear(): void {
    if (this.#liveLines === 0) return;
    const up = this.#liveLines > 1 ? `\u001b[${this.#liveLines - 1}A` : "";
    this.stream.write(`\r${up}\u001b[J`);
    this.#liveLines = 0;
  }
}

/** Columns as wide as their widest cell; a line that exceeds `width` is cut. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], width = 120): string {
  const all = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]) => {
    const text = cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
    return text.length > width ? `${text.slice(0, width - 1)}…` : text;
  };
  const rule = widths
    .map((count) => "-".repeat(count))
    .join("  ")
    .slice(0, width);
  return [line(header), rule, ...rows.map(line)].join("\n");
}
