import { LIMIT_SECONDS, Scaler } from "../../harness/scaler/fake-function";
import { answerOf, FakePorts, START } from "../../harness/scaler/fake-ports";

let ports: FakePorts;

beforeEach(() => {
  ports = new FakePorts();
});

const HOURS = 5 * 3600;
const jumps = [
  { name: "back", seconds: -HOURS },
  { name: "forward", seconds: HOURS },
];

/** At the third poll. */
function jump(seconds: number, answer = answerOf({})): void {
  ports.answer = () => {
    if (ports.asked.length === 3) ports.time += seconds;
    return answer;
  };
}

test.each(jumps)("a clock that jumps $name by hours does not prolong the invocation", async ({ seconds }) => {
  jump(seconds);
  await new Scaler(ports).invoke();
  expect(ports.passed).toBeLessThanOrEqual(LIMIT_SECONDS - 15);
});

test.each(jumps)(
  "a clock that jumps $name by hours between two polls does not hold the invocation",
  async ({ seconds }) => {
    let sleeps = 0;
    ports.whileAsleep = () => {
      if (++sleeps === 3) ports.time += seconds;
    };
    await new Scaler(ports).invoke();
    expect(ports.passed).toBeLessThan(LIMIT_SECONDS);
  },
);

test.each(jumps)("a clock that jumps $name by hours leaves the next invocations as they were", async ({ seconds }) => {
  jump(seconds, answerOf({ waiting: 1 }));
  const scaler = new Scaler(ports);
  await scaler.invoke();
  const before = ports.asked.length;
  expect(await scaler.minutes(2)).toEqual([]);
  expect(ports.asked.length - before).toBe(12);
});

test.each(jumps)("a clock that jumps $name by hours does not make a pause endless", async ({ seconds }) => {
  jump(seconds, answerOf({ pollDuration: "20" }));
  const scaler = new Scaler(ports);
  await scaler.invoke();
  const before = ports.asked.length;
  await scaler.minutes(20);
  expect(ports.asked.length - before).toBeGreaterThan(10);
});

test.each(jumps)(
  "a clock that jumps $name by hours delays scaling out by one cooldown at most",
  async ({ seconds }) => {
    const scaler = new Scaler(ports, { SCALE_OUT_COOLDOWN_PERIOD: "5m", SCALE_ONLY_AFTER_ALL_EVENT: "true" });
    ports.answer = () => answerOf({ scheduled: 1 });
    await scaler.minutes(1);
    ports.time += seconds;
    ports.answer = () => answerOf({ scheduled: 4 });
    await scaler.minutes(6);
    expect(ports.written.map(({ desired }) => desired)).toEqual([1, 4]);
  },
);

test("a clock that jumps back by hours does not make times that another container stored block scaling out for hours", async () => {
  ports.answer = () => answerOf({ scheduled: 4 });
  ports.memory.text = JSON.stringify({ groups: { "ci-asg": { lastScaleIn: null, lastScaleOut: START + HOURS } } });
  await new Scaler(ports, { SCALE_OUT_COOLDOWN_PERIOD: "5m" }).minutes(7);
  expect(ports.written).toEqual([{ group: "ci-asg", desired: 4 }]);
});

test("a clock that jumps back by hours does not make a pause that another container stored endless", async () => {
  ports.memory.text = JSON.stringify({ groups: {}, notBefore: START + HOURS });
  await new Scaler(ports).minutes(20);
  expect(ports.asked.length).toBeGreaterThan(10);
});
