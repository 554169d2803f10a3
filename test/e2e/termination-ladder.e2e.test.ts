import { endings, failingUpTo, failures, inOrder, secondsToGo, watch } from "../userdata/ladder";
import { Machine } from "../userdata/machine";

// Whatever is answered that is no yes has the same effect, so every ending but the first takes two of the ways to fail.
const table = endings.flatMap((how, index) =>
  failures
    .filter(({ fault }) => index === 0 || fault === "refused" || fault === "hung")
    .map((failure) => ({ ending: how.name, how, ...failure })),
);

test.each(table)("$ending; up to $step everything is $fault: the machine is gone in time by way of $by", (row) => {
  const machine = new Machine();
  const hasDecided = row.how.atMinimum === "nothing: it has decided already";
  const failing = failingUpTo(row.step, row.fault);
  // Where the group has decided already, the only step before the last one is to complete its action.
  const outcome = watch(
    machine,
    row.how,
    hasDecided ? { "complete-lifecycle-action": row.fault, ...failing } : failing,
  );
  machine.remove();
  expect(secondsToGo(outcome)).toBeLessThanOrEqual(300);
  expect(inOrder(outcome.calls)).toContain(hasDecided && row.step !== "poweroff" ? "poweroff --force" : row.by);
});
