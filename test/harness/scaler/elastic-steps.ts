import {
  elasticStep,
  emptyElasticMemory,
  type ElasticOutcome,
  type ElasticRequest,
} from "../../../lambda/agent-scaler/elastic/step";
import { FakeInstances } from "./fake-instances";

export const HOUR = 3600;
const NOW = 1_800_000_000;

export const id = (index: number) => `i-${String(index).padStart(4, "0")}`;
export const ids = (count: number) => Array.from({ length: count }, (_, index) => id(index));

/** A group of idle instances, all of them old, and the scaler's steps over it. */
export function scaler(count: number, settings: Partial<ElasticRequest> = {}) {
  const instances = new FakeInstances();
  for (const one of ids(count)) instances.add(one);
  const clock = { now: NOW };
  const request: ElasticRequest = {
    group: "ci-asg",
    agentsPerInstance: 1,
    agentsTotal: count,
    instances: ids(count).map((one, index) => ({ id: one, lifecycleState: "InService", ageSeconds: 9 * HOUR - index })),
    stop: 0,
    danglingMinUptimeSeconds: [],
    maxDanglingToCheck: 5,
    now: NOW,
    ...settings,
  };
  let memory = emptyElasticMemory;
  const step = async (seconds = 10, change: Partial<ElasticRequest> = {}) => {
    clock.now += seconds;
    const outcome = await elasticStep({ ...request, ...change, now: clock.now }, memory, instances);
    // The memory must survive a round trip through JSON.
    memory = JSON.parse(JSON.stringify(outcome.memory)) as typeof memory;
    return outcome;
  };
  /** Steps of ten seconds; the instances that they stopped and marked. */
  const during = async (seconds: number, change: Partial<ElasticRequest> = {}) => {
    const steps: ElasticOutcome[] = [];
    for (let passed = 0; passed < seconds; passed += 10) steps.push(await step(10, change));
    const all = (key: "stopSent" | "unhealthy" | "errors") => steps.flatMap((one) => one[key]);
    return { stopSent: all("stopSent"), unhealthy: all("unhealthy"), errors: all("errors") };
  };
  return { instances, step, during, surveys: () => instances.ids("survey"), stops: () => instances.ids("stop") };
}

export const CHECKS = { danglingMinUptimeSeconds: [HOUR] };
