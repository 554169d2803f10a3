import { Clock } from "../../../programs/simulate/clock";
import { Group, type HostBehaviour } from "../../../programs/simulate/group";
import { Measures } from "../../../programs/simulate/measures";
import { Queue } from "../../../programs/simulate/queue";
import { Random } from "../../../programs/simulate/random";

const usual: HostBehaviour = {
  agentsPerInstance: 2,
  bootSeconds: [100, 100],
  bootFailures: 0,
  idleExitSeconds: 600,
  agentsTakeOneJob: false,
};

function world(min: number, behaviour: Partial<HostBehaviour> = {}) {
  const clock = new Clock();
  const measures = new Measures();
  const queue = new Queue(clock, new Random(1, "dispatch"), measures);
  const group = new Group(clock, new Random(1, "boot"), measures, queue, { ...usual, ...behaviour }, min, 10);
  return { clock, measures, queue, group };
}

const job = (seconds: number) => ({ at: 0, stages: [[seconds]] });

test("an instance is in service after 30 s, and its agents connect when it has booted", () => {
  const { clock, group, queue } = world(0);
  group.setDesired(1);
  clock.runUntil(29);
  expect([group.pending, group.inService]).toEqual([1, 0]);
  clock.runUntil(31);
  expect([group.pending, group.inService, queue.agents]).toEqual([0, 1, 0]);
  clock.runUntil(101);
  expect(queue.agents).toBe(2);
});

test("a host terminates when all of its agents have been idle for its time, and lowers the group's size", () => {
  const { clock, group, queue, measures } = world(0);
  group.setDesired(1);
  queue.arrive(job(300));
  queue.arrive(job(1000));
  clock.runUntil(1690);
  expect(group.hosts.size).toBe(1);
  clock.runUntil(1710);
  expect([group.hosts.size, group.desired, measures.uselessLaunches]).toEqual([0, 0, 0]);
});

test("at its minimum the group replaces a host that terminates", () => {
  const { clock, group, measures } = world(1);
  clock.runUntil(701);
  expect([group.hosts.size, group.desired, measures.launches]).toEqual([1, 1, 2]);
  expect([measures.uselessLaunches, measures.thrash]).toEqual([1, 1]);
});

test("a lowered size terminates pending instances, but none in service", () => {
  const { clock, group } = world(0);
  group.setDesired(2);
  clock.runUntil(40);
  group.setDesired(5);
  group.setDesired(1);
  expect([group.pending, group.inService, group.hosts.size]).toEqual([0, 2, 2]);
});

test("a lost instance is replaced when the group has noticed, and its job runs again", () => {
  const { clock, group, queue, measures } = world(0);
  group.setDesired(1);
  queue.arrive(job(500));
  clock.runUntil(200);
  group.interrupt([...group.hosts.values()][0]!);
  expect([queue.agents, queue.scheduled, group.inService]).toEqual([0, 1, 1]);
  clock.runUntil(231);
  expect([group.inService, group.pending]).toEqual([0, 1]);
  clock.runUntil(900);
  expect([measures.finished, measures.interrupted, measures.waits.length]).toEqual([1, 1, 2]);
});

test("an instance whose boot fails has no agents and never terminates", () => {
  const { clock, group, queue } = world(0, { bootFailures: 1 });
  group.setDesired(1);
  clock.runUntil(9000);
  expect([group.inService, queue.agents]).toEqual([1, 0]);
});

test("a paused queue dispatches nothing, and a job that nobody can take stays", () => {
  const { clock, group, queue } = world(0);
  queue.pause();
  group.setDesired(1);
  queue.arriveUnserviceable(1);
  queue.arrive(job(50));
  clock.runUntil(300);
  expect([queue.scheduled, queue.running]).toEqual([2, 0]);
  queue.resume();
  clock.runUntil(304);
  expect([queue.scheduled, queue.running]).toEqual([1, 1]);
});

test("jobs wait behind the stage before them, and for good behind one that is blocked", () => {
  const { clock, group, queue } = world(0);
  group.setDesired(1);
  queue.arrive({ at: 0, stages: [[10], [10, 10], [10]], blockedBefore: 2 });
  expect([queue.scheduled, queue.waiting]).toEqual([1, 3]);
  clock.runUntil(500);
  expect([queue.scheduled, queue.running, queue.waiting]).toEqual([0, 0, 1]);
});

test("a size beyond the limits is refused, as AWS does", () => {
  const { group } = world(0);
  expect(() => group.setDesired(11)).toThrow("desired capacity 11 is not between 0 and 10");
});
