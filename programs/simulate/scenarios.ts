import { atOnce, changingJobs, hourlyBuilds, officeBuilds, type OfficeLoad, risingJobs, steadyJobs } from "./load";
import type { Scenario } from "./simulation";
import type { Settings } from "../../lambda/agent-scaler/decision/model";

/** What the stack sets when the user sets nothing. */
const STACK: Settings = {
  agentsPerInstance: 1,
  includeWaiting: false,
  instanceBuffer: 0,
  maxInstanceCap: 0,
  availabilityThreshold: 0.5,
  scaleOutFactor: 1,
  scaleInFactor: 0,
  scaleOutCooldownSeconds: 300,
  scaleInCooldownSeconds: 3600,
  disableScaleOut: false,
  disableScaleIn: true,
  scaleOnlyAfterAllEvent: false,
  elasticCIMode: false,
  danglingMinUptimeSeconds: 3600,
  warmIdleInstances: 0,
};

/** Chosen so that the reference waits about 230 s (p95) and takes about 350 instance-hours, as in other simulations of it. */
const OFFICE: OfficeLoad = { days: 1, buildsPerHour: 12, blockedShare: 0, tests: [10, 26], testMinutes: 3.5 };

const USUAL: Omit<Scenario, "name" | "title" | "builds"> = {
  settings: "stack defaults",
  params: STACK,
  seeds: 5,
  hours: 24,
  min: 0,
  max: 50,
  agentsPerInstance: 1,
  bootSeconds: [90, 150],
  bootFailures: 0,
  idleExitSeconds: 600,
  agentsTakeOneJob: false,
  unserviceableJobs: 0,
  pauses: [],
};

/** The defaults of Buildkite's scaler. Scale-in stays off: hosts terminate themselves. */
const codeDefaults = {
  settings: "code defaults: no cooldown, no factor",
  params: { ...STACK, scaleOutCooldownSeconds: 0, scaleOutFactor: 0 },
} as const;
const waitingCounted = {
  settings: "stack defaults, waiting jobs counted",
  params: { ...STACK, includeWaiting: true },
} as const;
const slowBoot = { bootSeconds: [360, 510] } as const;

type Builds = Scenario["builds"];
const office =
  (changes: Partial<OfficeLoad> = {}): Builds =>
  (random) =>
    officeBuilds({ ...OFFICE, ...changes }, random);
const none: Builds = () => [];
const longJobs = office({ buildsPerHour: 5, tests: [4, 12], testMinutes: 60 });
/** `atWork`: busy agents at the end. */
const rising =
  (atWork: number, seconds: readonly [number, number]): Builds =>
  (random) =>
    risingJobs(3, (atWork * 3600 * 2) / (seconds[0] + seconds[1]), seconds, random);
const steady: Builds = (random) => steadyJobs([0, 8], 90, [60, 600], random);

const scenario = (name: string, title: string, builds: Builds, changes: Partial<Scenario> = {}): Scenario => {
  const described = { ...USUAL, name, title, builds, ...changes };
  return { ...described, agentsPerInstance: described.params.agentsPerInstance };
};

export const scenarios: readonly Scenario[] = [
  scenario("office-day", "an office day", office()),
  scenario("office-day-code", "an office day", office(), codeDefaults),
  scenario("office-day-waiting", "an office day", office(), waitingCounted),
  scenario("blocked-builds", "20 % of the builds are blocked for good", office({ blockedShare: 0.2 }), waitingCounted),
  scenario("blocked-builds-off", "20 % of the builds are blocked for good", office({ blockedShare: 0.2 })),
  scenario("small", "one build an hour", hourlyBuilds),
  scenario("small-code", "one build an hour", hourlyBuilds, codeDefaults),
  scenario("slow-boot-small", "one build an hour, boot 8 min", hourlyBuilds, slowBoot),
  scenario("slow-boot-small-code", "one build an hour, boot 8 min", hourlyBuilds, { ...slowBoot, ...codeDefaults }),
  scenario("slow-boot-office", "an office day, boot 8 min", office(), slowBoot),
  scenario("fast-boot-office", "an office day, boot 40 s", office(), { bootSeconds: [35, 45] }),
  scenario("stuck-job", "one job that no agent can take", none, { hours: 8, unserviceableJobs: 1 }),
  scenario("stuck-job-code", "one job that no agent can take", none, {
    hours: 8,
    unserviceableJobs: 1,
    ...codeDefaults,
  }),
  scenario("stuck-job-office", "an office day beside a job that no agent can take", office(), { unserviceableJobs: 1 }),
  scenario("paused", "queue paused for 2 h, jobs keep coming", steady, { hours: 10, pauses: [[3, 5]] }),
  scenario("paused-silent", "queue paused for 2 h with 100 jobs in it", (random) => atOnce(3.1, 100, 180, random), {
    hours: 10,
    pauses: [[3, 5]],
  }),
  scenario("burst", "10,000 jobs at once", (random) => atOnce(1, 10_000, 120, random), { hours: 8, max: 200 }),
  scenario("changing-jobs", "jobs of a minute, then of an hour", changingJobs, { hours: 12 }),
  scenario("rising-load", "jobs of a minute, up to 300 at the same time", rising(300, [40, 80]), {
    hours: 4,
    max: 500,
  }),
  scenario("rising-load-short", "jobs of 20 s, up to 100 at the same time", rising(100, [15, 25]), {
    hours: 4,
    max: 500,
  }),
  scenario("spot-storms", "an office day, storms take 40 % of the hosts", office(), {
    spot: { everyHours: 2, share: 0.4 },
  }),
  scenario("boot-failures", "an office day, 5 % of the boots fail", office(), { bootFailures: 0.05 }),
  scenario("thousand-instances", "up to 1,000 instances", office({ buildsPerHour: 240 }), { max: 1000 }),
  scenario("four-agent-hosts", "hour-long jobs on hosts with four agents", longJobs, {
    params: { ...STACK, agentsPerInstance: 4 },
    hours: 34,
  }),
  scenario("draining-hosts", "agents that leave after one job, four on a host", office({ testMinutes: 10 }), {
    params: { ...STACK, agentsPerInstance: 4 },
    agentsTakeOneJob: true,
  }),
  scenario("idle-day", "nothing happens", none),
  scenario("year", "a year of weekdays", office({ days: 365 }), { hours: 365 * 24, seeds: 1 }),
];
