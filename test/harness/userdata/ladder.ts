import type { Machine } from "./machine";

/** The ways by which an instance leaves, in their order. */
export const steps = ["shrink", "replace", "set-instance-health", "poweroff"] as const;
export type Step = (typeof steps)[number];

/** How a step fails. "ignored": it is accepted, and nothing follows. */
export const faults = ["refused", "throttled", "keyless", "garbage", "hung", "ignored"] as const;
export type Fault = (typeof faults)[number];

/** The second at which the agent ends, whatever ends it. */
export const END = 30;

export interface Ending {
  readonly name: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly prepare: (machine: Machine) => Machine;
  /** What the group is asked for when it is at its minimum already. */
  readonly atMinimum: "nothing: the agent is started again" | "a replacement" | "nothing: it has decided already";
}

const byItself = (state: string) => (machine: Machine) => machine.set("life", `${String(END)} ${state}`);
const told = (machine: Machine) => machine.set("job-seconds", "20");
const forOneJob = { BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB: "true" };

export const endings: readonly Ending[] = [
  { name: "idle timeout", prepare: byItself("inactive"), atMinimum: "nothing: the agent is started again" },
  {
    name: "end of the only job",
    environment: forOneJob,
    prepare: byItself("inactive"),
    atMinimum: "a replacement",
  },
  {
    name: "uptime limit",
    environment: { BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: String(END) },
    prepare: byItself("inactive"),
    atMinimum: "a replacement",
  },
  {
    name: "stop by the AgentScaler",
    prepare: (machine) => told(machine).set("stopped-at", String(END - 20)),
    atMinimum: "nothing: the agent is started again",
  },
  {
    name: "failure of an agent for one job",
    environment: forOneJob,
    prepare: byItself("failed"),
    atMinimum: "a replacement",
  },
  {
    name: "scale-in by the group",
    prepare: (machine) => told(machine).metadata("autoscaling/target-lifecycle-state", "0 InService", "8 Terminated"),
    atMinimum: "nothing: it has decided already",
  },
  {
    name: "spot notice",
    prepare: (machine) => told(machine).metadata("spot/instance-action", "8 {}"),
    atMinimum: "a replacement",
  },
  {
    name: "rebalance recommendation",
    prepare: (machine) => told(machine).metadata("events/recommendations/rebalance", "8 {}"),
    atMinimum: "a replacement",
  },
  {
    name: "call of terminate-instance",
    prepare: (machine) =>
      told(machine)
        .set("stopped-at", String(END - 20))
        .write("run/buildkite-agent/leave", ""),
    atMinimum: "a replacement",
  },
];

const settings = {
  ASG_NAME: "builders",
  LIFECYCLE_HOOK_NAME: "hook",
  AWS_REGION: "ap-south-2",
  INSTANCE_TERMINATION_GRACE_PERIOD: "300",
  BUILDKITE_AGENT_CANCEL_GRACE_PERIOD: "60",
  BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME: "0",
};

/** Every step up to this one, failing in the same way. */
export function failingUpTo(last: Step, fault: Fault): Partial<Record<Step, Fault>> {
  return Object.fromEntries(steps.slice(0, steps.indexOf(last) + 1).map((step) => [step, fault]));
}

/** Lets the agent end in this way, with these faults in the steps, and returns what was called in short words. */
export function watch(machine: Machine, ending: Ending, failing: Readonly<Record<string, string>> = {}) {
  ending.prepare(machine);
  for (const [step, fault] of Object.entries(failing)) machine.set(`faults/${step}`, fault);
  const { calls, gone, output } = machine.run("drain-watcher.sh", { ...settings, ...ending.environment });
  return { calls: calls.map(inShort), gone, output };
}

function inShort(call: string): string {
  const [second, verb, ...words] = call
    .replace(/timeout 20 aws autoscaling |systemctl /, "")
    .replace("terminate-instance-in-auto-scaling-group --should-decrement-desired-capacity", "shrink")
    .replace("terminate-instance-in-auto-scaling-group --no-should-decrement-desired-capacity", "replace")
    .split(" ");
  return [second, verb, ...words.filter((word) => word === "--force")].join(" ");
}

/** Seconds that systemd gives processes which hear no SIGTERM before it really switches off. */
const STUBBORN = 90;

/** Seconds from the agent's end to the machine's, in the worst case. */
export function secondsToGo({ calls, gone = Infinity }: { calls: readonly string[]; gone?: number | undefined }) {
  return gone - END + (calls.at(-1)?.endsWith("poweroff --force") ? STUBBORN : 0);
}

/** What was called, each word once, without its second. */
export const inOrder = (calls: readonly string[]) => [...new Set(calls.map((call) => call.replace(/^\d+ /, "")))];

/** What ends the machine when every step up to this one fails. */
export const rescue: Record<Step, string> = {
  shrink: "replace",
  replace: "set-instance-health",
  "set-instance-health": "poweroff --force",
  poweroff: "poweroff --force --force",
};

/** Switching off needs no credentials, has no limit of rate, and no answer that would have to be understood. */
export const failures = steps.flatMap((step) =>
  (step === "poweroff" ? (["refused", "hung", "ignored"] as const) : faults).map((fault) => ({
    step,
    fault,
    by: fault === "ignored" && step !== "poweroff" ? "poweroff --force" : rescue[step],
  })),
);
