import { lineChart, type Point } from "../../test/harness/line-chart";
import type { Snapshot, ClusterRun } from "./cluster-run";
import type { Cluster } from "./cluster";

/** The run in a few sentences. */
export function summary({ snapshots, polls }: ClusterRun, cluster: Cluster): string[] {
  const waits = [...cluster.waits].sort((a, b) => a - b);
  const median = waits[Math.floor((waits.length - 1) / 2)] ?? 0;
  const peak = Math.max(0, ...snapshots.map(({ group }) => group.inService.length));
  const writes = polls.filter(({ written }) => written !== null).length;
  return [
    `${cluster.counts.done} jobs done, ${cluster.lost} lost; a job waited ${shown(median)} s (median), ${shown(waits.at(-1) ?? 0)} s at most`,
    `${cluster.launched} instances launched, ${peak} at most at a time, ${snapshots.at(-1)?.group.inService.length ?? 0} at the end`,
    `AgentScaler polled ${times(polls.length)} and changed the group's size ${times(writes)}; idle hosts left by themselves`,
  ];
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function shown(seconds: number): string {
  return seconds.toFixed(1);
}

/** The run as an SVG picture. */
export function picture({ snapshots }: ClusterRun, title: string): string {
  const line = (value: (moment: Snapshot) => number) => ({
    points: snapshots.map((moment): Point => [moment.time, value(moment)]),
    step: true,
  });
  return lineChart({
    title,
    xLabel: "Seconds at work",
    panels: [
      {
        title: "Jobs",
        yLabel: "jobs",
        lines: [
          { name: "waiting", filled: true, color: "#d55e00", ...line(({ counts }) => counts.scheduled) },
          { name: "running", color: "#0072b2", ...line(({ counts }) => counts.running) },
        ],
      },
      {
        title: "Agents",
        yLabel: "agents",
        lines: [
          { name: "busy", filled: true, color: "#0072b2", ...line(({ counts }) => counts.agentsBusy) },
          { name: "idle", color: "#e69f00", ...line(({ counts }) => counts.agentsIdle) },
        ],
      },
      {
        title: "Instances",
        yLabel: "instances",
        lines: [
          { name: "in service", filled: true, color: "#009e73", ...line(({ group }) => group.inService.length) },
          { name: "agents connected", color: "#0072b2", ...line(({ counts }) => counts.ready) },
          { name: "desired", dashed: true, color: "#1f2328", ...line(({ group }) => group.desired) },
        ],
      },
    ],
  });
}
