import type { Demand, Group, Metrics, Settings } from "./model";

/** Instances with agents for this many jobs. */
export function perInstance(jobs: number, { agentsPerInstance }: Settings): number {
  return Math.ceil(jobs / Math.max(agentsPerInstance, 1));
}

export function capped(instances: number, { maxInstanceCap }: Settings): number {
  return maxInstanceCap > 0 ? Math.min(instances, maxInstanceCap) : instances;
}

/** One more instance than desired where agents are missing on settled instances: more than the threshold, or jobs wait for them. Else 0. */
export function sizeForAvailability(params: Settings, metrics: Metrics, asg: Group, demand: Demand): number {
  const { availabilityThreshold: threshold, agentsPerInstance } = params;
  const { need, buffered } = demand;
  if (need === 0 || threshold <= 0 || asg.settled === 0) return 0;
  const expected = Math.max(agentsPerInstance, 1) * asg.settled;
  const missing = expected - metrics.agentsTotal;
  const idle = metrics.agentsIdle;
  const waiting = buffered - metrics.running;
  if (idle !== undefined && waiting <= idle) return 0;
  const converged = asg.inService === asg.desired && asg.settled === asg.inService;
  const belowThreshold = converged && metrics.agentsTotal < threshold * expected;
  const jobsWait = idle === 0 && need > metrics.agentsTotal && perInstance(need + missing, params) > asg.desired;
  return belowThreshold || (converged && jobsWait) ? asg.desired + 1 : 0;
}

/** While instances drain agent by agent: the size for jobs that neither connected agents nor those of booting instances will take. Else 0. */
export function sizeBesideDraining(
  params: Settings,
  metrics: Metrics,
  asg: Group,
  { need, scheduled }: Demand,
): number {
  const { desired, connected = 0 } = asg;
  const agents = Math.max(params.agentsPerInstance, 1);
  if (params.availabilityThreshold <= 0 || scheduled <= 0 || metrics.agentsIdle !== 0) return 0;
  // Where no agent runs a job, more instances would not help.
  if (metrics.running === 0 || metrics.agentsTotal >= agents * connected) return 0;
  const coming = agents * Math.max(desired - connected, 0);
  return capped(desired + Math.max(perInstance(need - metrics.agentsTotal - coming, params), 0), params);
}
