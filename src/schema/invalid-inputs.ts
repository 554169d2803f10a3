/** Wrong inputs, all of them at once. It carries no stack trace: its reader needs the list, not our call sites. */
export class InvalidInputs extends Error {
  override readonly name = "InvalidInputs";
  /** One sentence or two per problem: the input, its value, what is allowed, what to do. */
  declare readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? "1 input is wrong" : `${problems.length} inputs are wrong`;
    super([`${count}:`, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
    this.stack = `${this.name}: ${this.message}`;
    // Not enumerable, because Node.js would print the list a second time.
    Object.defineProperty(this, "problems", { value: problems });
  }

  /** What Node.js prints when nobody catches it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.name}: ${this.message}`;
  }
}
