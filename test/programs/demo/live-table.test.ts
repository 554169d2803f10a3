import type { Snapshot } from "../../../programs/demo/cluster-run";
import { LiveTable } from "../../../programs/demo/live-table";
import { Terminal } from "../../../programs/demo/terminal";

function moment(time: number, scheduled: number, scaler = "hold: enough"): Snapshot {
  const counts = { scheduled, running: 2, done: 30, agentsBusy: 2, agentsIdle: 4, booting: 1, ready: 3 };
  return { time, counts, group: { min: 0, max: 10, desired: 5, inService: ["i-1", "i-2", "i-3", "i-4"] }, scaler };
}

function written(isTTY: boolean, use: (table: LiveTable) => void): string {
  let text = "";
  const stream = { isTTY, columns: 100, write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  use(new LiveTable(new Terminal(stream)));
  return text;
}

const header = [
  "          Jobs                  Agents         Instances",
  " Time  waiting  running   done    busy   idle    booting  ready  desired  AgentScaler",
];
const first = "  9 s       14        2     30       2      4          1      3        5  hold: enough";
const second = " 11 s        4        2     30       2      4          1      3        5  grow 5 to 7: 14 jobs";

function use(table: LiveTable): void {
  table.add(moment(9, 14));
  table.add(moment(10, 14));
  table.add(moment(11, 4, "grow 5 to 7: 14 jobs"));
  table.end();
}

test("without a terminal every change is a line, under a header", () => {
  expect(written(false, use)).toBe([...header, first, second, ""].join("\n"));
});

test("on a terminal the present moment is always in sight, and in the end the whole table stays", () => {
  const now = first.replace("  9 s", " 10 s");
  const blocks = written(true, use).split(/\r(?:\u001b\[\d+A)?\u001b\[J/);
  expect(blocks.map((block) => block.split("\n"))).toEqual([
    [...header, first],
    [...header, first, now],
    [...header, first, second],
    [...header, first, second, ""],
  ]);
});

test("on a terminal only the last changes are in sight, in the end all of them", () => {
  const text = written(true, (table) => {
    for (let time = 0; time < 40; time++) table.add(moment(time, time));
    table.end();
  });
  const blocks = text.split("\u001b[J");
  expect(blocks.at(-2)?.split("\n")).toHaveLength(2 + 12);
  expect(blocks.at(-1)?.split("\n")).toHaveLength(2 + 40 + 1);
});
