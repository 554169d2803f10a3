import { LIMIT_SECONDS, Scaler } from "../../harness/scaler/fake-function";
import { answerOf, FakeSurroundings, START } from "../../harness/scaler/fake-ports";

let around: FakeSurroundings;

beforeEach(() => {
  around = new FakeSurroundings();
});

const HOURS = 5 * 3600;
const jumps = [
  { name: "back", seconds: -HOURS },
  { name: "forward", seconds: HOURS },
];

/** At the third poll. */
function jump(seconds: number, answer = answerOf({})): void {
  around.answer = () => {
    if (around.asked.length === 3) around.time += seconds;
    return answer;
  };
}

test.each(jumps)("a clock that jumps $name by hours does not hold the invocation", async ({ seconds }) => {
  jump(seconds);
  await new Scaler(around).invoke();
  expect(around.passed).toBeLessThanOrEqual(LIMIT_SECONDS - 15);
});

test.each(jumps)(
  "a clock that jumps $name by hours between two polls does not hold the invocation",
  async ({ seconds }) => {
    let sleeps = 0;
    around.whileAsleep = () => {
      if (++sleeps === 3) around.time += seconds;
    };
    await new Scaler(around).invoke();
    expect(around.passed).toBeLessThan(LIMIT_SECONDS);
  },
);

test.each(jumps)("a clock that jumps $name by hours leaves the next invocations as they were", async ({ seconds }) => {
  jump(seconds, answerOf({ waiting: 1 }));
  const scaler = new Scaler(around);
  await scaler.invoke();
  const before = around.asked.length;
  expect(await scaler.minutes(2)).toEqual([]);
  expect(around.asked.length - before).toBe(12);
});

test.each(jumps)("a clock that jumps $name by hours does not make a pause endless", async ({ seconds }) => {
  jump(seconds, answerOf({ pollDuration: "20" }));
  const scaler = new Scaler(around);
  await scaler.invoke();
  const before = around.asked.length;
  await scaler.minutes(20);
  expect(around.asked.length - before).toBeGreaterThan(10);
});

test.each(jumps)("a clock that jumps $name by hours puts growth off by one cooldown at most", async ({ seconds }) => {
  const scaler = new Scaler(around, { SCALE_OUT_COOLDOWN_PERIOD: "5m", SCALE_ONLY_AFTER_ALL_EVENT: "true" });
  around.answer = () => answerOf({ scheduled: 1 });
  await scaler.minutes(1);
  around.time += seconds;
  around.answer = () => answerOf({ scheduled: 4 });
  await scaler.minutes(6);
  expect(around.written.map(({ desired }) => desired)).toEqual([1, 4]);
});

test("a clock that jumps back by hours does not make what another container wrote down block growth for hours", async () => {
  around.answer = () => answerOf({ scheduled: 4 });
  around.memory.text = JSON.stringify({ groups: { "ci-asg": { lastScaleIn: null, lastScaleOut: START + HOURS } } });
  await new Scaler(around, { SCALE_OUT_COOLDOWN_PERIOD: "5m" }).minutes(7);
  expect(around.written).toEqual([{ group: "ci-asg", desired: 4 }]);
});

test("a clock that jumps back by hours does not make a pause that another container wrote down endless", async () => {
  around.memory.text = JSON.stringify({ groups: {}, notBefore: START + HOURS });
  await new Scaler(around).minutes(20);
  expect(around.asked.length).toBeGreaterThan(10);
});
