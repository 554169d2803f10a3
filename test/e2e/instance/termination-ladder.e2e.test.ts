import { END, endings, failingUpTo, failures, inOrder, secondsToGo, watch } from "../../harness/userdata/ladder";
import { Machine } from "../../harness/userdata/machine";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.remove());

const [idle] = endings;
const forOneJob = { BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB: "true" };
const withoutSeconds = (calls: readonly string[]) => calls.map((call) => call.replace(/^\d+ /, ""));

describe("a group that listens", () => {
  test.each(endings)("$name: it takes the instance away, within half a minute", (ending) => {
    const { calls, gone } = watch(machine, ending);
    expect(inOrder(calls).slice(-2)).toEqual([
      ending.atMinimum === "nothing: it has decided already" ? "record-lifecycle-action-heartbeat" : "shrink",
      "complete-lifecycle-action",
    ]);
    expect(gone).toBeLessThanOrEqual(END + 30);
  });

  test("a busy agent is never ended by the instance, however long its jobs take", () => {
    machine.set("stopped-at", "10").set("job-seconds", "9000").set("end-of-time", "600");
    expect(watch(machine, { ...idle!, prepare: (same) => same })).toMatchObject({ calls: [], gone: undefined });
  });
});

describe("an instance that has begun to leave", () => {
  test("asks once for what has been granted", () => {
    expect(watch(machine, idle!, { shrink: "ignored" }).calls).toEqual(["35 shrink", "155 poweroff --force"]);
  });

  test.each(["ignored", "minimum"])(
    "(%s) stays when its agent comes back, and begins anew when that one ends",
    (shrink) => {
      const life = `${String(END)} inactive\n38 active\n180 inactive`;
      const back = { ...idle!, environment: forOneJob, prepare: (same: Machine) => same.set("life", life) };
      const { calls } = watch(machine.set("end-of-time", "187"), back, { shrink });
      expect(calls).toEqual(["35 shrink", "185 shrink"]);
    },
  );
});

describe("a group at its minimum", () => {
  const expected = {
    "nothing: the agent is started again": ["shrink", "start"],
    "a replacement": ["shrink", "replace", "complete-lifecycle-action"],
    "nothing: it has decided already": ["record-lifecycle-action-heartbeat", "complete-lifecycle-action"],
  };
  test.each(endings)("$name: the group is asked for $atMinimum", (ending) => {
    const { calls, gone } = watch(machine.set("end-of-time", "150"), ending, { shrink: "minimum" });
    expect(inOrder(calls).filter((call) => call !== "stop")).toEqual(expected[ending.atMinimum]);
    expect(gone === undefined).toBe(ending.atMinimum === "nothing: the agent is started again");
  });

  test("an idle agent is started again every time, and never replaced", () => {
    const { calls } = watch(machine.set("end-of-time", "190"), idle!, { shrink: "minimum" });
    expect(calls).toEqual([35, 70, 105, 140, 175].flatMap((second) => [`${second} shrink`, `${second} start`]));
  });

  test("an idle agent is started again until the instance is as old as its agent may be", () => {
    const young = { ...idle!, environment: { BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "60" } };
    const { calls } = watch(machine, young, { shrink: "minimum" });
    expect(calls).toEqual(["35 shrink", "35 start", "70 shrink", "75 replace", "80 complete-lifecycle-action"]);
  });

  test("an agent that cannot be started again makes room for a replacement", () => {
    const { calls } = watch(machine, idle!, { shrink: "minimum", start: "refused" });
    expect(calls).toEqual(["35 shrink", "35 start", "40 replace", "45 complete-lifecycle-action"]);
  });

  test("words about a minimum in an answer that is no answer are none", () => {
    const { calls } = watch(machine, idle!, { shrink: "garbage" });
    expect(inOrder(calls)).toEqual(["shrink", "replace", "complete-lifecycle-action"]);
  });
});

describe("an agent that fails", () => {
  test("is started again where it is, five times in a row; then the instance leaves", () => {
    const { calls } = watch(machine, { ...idle!, prepare: (same) => same.set("life", "1 failed") });
    expect(withoutSeconds(calls)).toEqual([...Array<string>(5).fill("start"), "shrink", "complete-lifecycle-action"]);
  });

  test("that runs one job only is not: its job may have killed it", () => {
    const { calls } = watch(machine, {
      ...idle!,
      environment: forOneJob,
      prepare: (same) => same.set("life", "1 failed"),
    });
    expect(inOrder(calls)).toEqual(["shrink", "complete-lifecycle-action"]);
  });
});

// Whatever is answered that is no yes has the same effect, so every ending but the first takes two of the ways to fail.
const table = endings.flatMap((how, index) =>
  failures
    .filter(({ fault }) => index === 0 || fault === "refused" || fault === "hung")
    .map((failure) => ({ ending: how.name, how, ...failure })),
);

describe("every step fails", () => {
  test.each(table)("$ending; up to $step everything is $fault: the machine is gone in time by way of $by", (row) => {
    const hasDecided = row.how.atMinimum === "nothing: it has decided already";
    const failing = failingUpTo(row.step, row.fault);
    // Where the group has decided already, the only step before the last one is to complete its action.
    const outcome = watch(
      machine,
      row.how,
      hasDecided ? { "complete-lifecycle-action": row.fault, ...failing } : failing,
    );
    expect(secondsToGo(outcome)).toBeLessThanOrEqual(300);
    expect(inOrder(outcome.calls)).toContain(hasDecided && row.step !== "poweroff" ? "poweroff --force" : row.by);
  });

  test("the lifecycle action, which nobody completes: the machine switches itself off", () => {
    const outcome = watch(machine, idle!, { "complete-lifecycle-action": "refused" });
    expect(outcome.calls.at(-1)).toBe("155 poweroff --force");
    expect(outcome.gone).toBe(155);
  });

  test("the metadata, which never answer again: the machine switches itself off", () => {
    const outcome = watch(machine.set("outage", `${String(END)} 99999 9`), idle!);
    expect(withoutSeconds(outcome.calls)).toEqual(["poweroff --force"]);
    expect(secondsToGo(outcome)).toBeLessThanOrEqual(300);
  });

  test("systemd, which switches nothing off: the kernel is asked", () => {
    const outcome = watch(machine, idle!, failingUpTo("poweroff", "hung"));
    expect(machine.read("proc/sysrq-trigger")).toBe("o\n");
    expect(secondsToGo(outcome)).toBeLessThanOrEqual(300);
  });
});
