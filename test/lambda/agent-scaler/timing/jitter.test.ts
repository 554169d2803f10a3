import { startupJitterSeconds } from "../../../../lambda/agent-scaler/timing/jitter";

test("the delay stays below its limit and spreads groups over it", () => {
  const delays = Array.from({ length: 1000 }, (_, index) => startupJitterSeconds(`stack-${String(index)}-asg`, 30));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...delays)).toBeLessThan(30);
  const perTenth = Array.from(
    { length: 10 },
    (_, tenth) => delays.filter((one) => Math.floor(one / 3) === tenth).length,
  );
  expect(Math.min(...perTenth)).toBeGreaterThan(50);
});

test("a limit below a nanosecond is no delay", () => {
  expect(startupJitterSeconds("ci-asg", 4e-10)).toBe(0);
});
