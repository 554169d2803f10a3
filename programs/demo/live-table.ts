import type { Snapshot } from "./cluster-run";
import type { Terminal } from "./terminal";

interface Column {
  /** Stands above the first column of its group. */
  readonly group?: string;
  readonly head: string;
  readonly cell: (moment: Snapshot) => string | number;
}

/** The last column has no fixed width. */
const COLUMNS: readonly Column[] = [
  { head: "Time", cell: ({ time }) => `${time} s` },
  { group: "Jobs", head: "waiting", cell: ({ counts }) => counts.scheduled },
  { head: "running", cell: ({ counts }) => counts.running },
  { head: "done", cell: ({ counts }) => counts.done },
  { group: "Agents", head: "busy", cell: ({ counts }) => counts.agentsBusy },
  { head: "idle", cell: ({ counts }) => counts.agentsIdle },
  { group: "Instances", head: "booting", cell: ({ counts }) => counts.booting },
  { head: "ready", cell: ({ counts }) => counts.ready },
  { head: "desired", cell: ({ group }) => group.desired },
  { head: "AgentScaler", cell: ({ scaler }) => scaler },
];

const WIDTHS = COLUMNS.map(({ group = "", head }) => Math.max(group.length, head.length, 5));
const HEADER = [joined(COLUMNS.map(({ group = "" }) => group)), joined(COLUMNS.map(({ head }) => head))];
/** Changes that a terminal shows. */
const ROWS_IN_SIGHT = 12;

/** The run as a table with a row for every change; on a terminal the current second is below, rewritten in place. */
export class LiveTable {
  readonly #rows: string[] = [];
  #last = "";

  constructor(private readonly terminal: Terminal) {
    if (!terminal.isLive) terminal.print(HEADER.join("\n"));
  }

  add(moment: Snapshot): void {
    const [time = "", ...rest] = COLUMNS.map(({ cell }) => String(cell(moment)));
    const row = joined([time, ...rest]);
    const isNew = rest.join() !== this.#last;
    this.#last = rest.join();
    if (isNew) this.#rows.push(row);
    if (this.terminal.isLive) {
      this.terminal.block([...HEADER, ...this.#rows.slice(-ROWS_IN_SIGHT), ...(isNew ? [] : [row])]);
    } else if (isNew) {
      this.terminal.print(row);
    }
  }

  /** Prints the whole table on a terminal. */
  end(): void {
    if (this.terminal.isLive) this.terminal.print([...HEADER, ...this.#rows].join("\n"));
  }
}

/** Numbers are read from the right. */
function joined(cells: readonly string[]): string {
  const last = cells.length - 1;
  const text = cells.map((cell, i) => (i === last ? cell : cell.padStart(WIDTHS[i] ?? 0))).join("  ");
  return text.trimEnd();
}
