/** Wrong inputs, all of them at once. It carries no stack trace: its reader needs the list, not our call sites. */
export class InvalidInputs extends Error {
  override readonly name = "InvalidInputs";

  constructor(
    /** One sentence or two per problem: the input, its value, what is allowed, what to do. */
    readonly problems: readonly string[],
  ) {
    const count = problems.length === 1 ? "1 input is wrong" : `${problems.length} inputs are wrong`;
    super([`${count}:`, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
    this.stack = `${this.name}: ${this.message}`;
  }
}
