/**
 * Stands for Lambda's own runtime: loads index.js and hands it one event after the other. What comes back goes to file
 * descriptor 3, because standard output is the function's log.
 */
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";

const load = createRequire(import.meta.url);
const [file, plan] = process.argv.slice(2);
const { invocations, remainingMs, pauseMs } = JSON.parse(plan);

/** The wall clock of a machine whose time is corrected. */
const Real = Date;
let ahead = 0;
globalThis.Date = class extends Real {
  constructor(...given) {
    super(...(given.length === 0 ? [Date.now()] : given));
  }

  static now() {
    return Real.now() + ahead;
  }
};

async function outcome(event) {
  const deadline = Date.now() + remainingMs;
  const context = { functionName: "agent-scaler", getRemainingTimeInMillis: () => deadline - Date.now() };
  try {
    return { result: (await load(file).handler(event, context)) ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

for (const [index, { event = {}, clockAheadMs = 0, jump = { afterMs: 0, byMs: 0 } }] of invocations.entries()) {
  if (index > 0) await pause(pauseMs);
  ahead += clockAheadMs;
  const jumping = setTimeout(() => (ahead += jump.byMs), jump.afterMs);
  writeSync(3, JSON.stringify(await outcome(event)) + "\n");
  clearTimeout(jumping);
}
// A failure that nobody waited for comes to light now.
await pause(20);
writeSync(3, JSON.stringify({ peakMemoryMB: process.resourceUsage().maxRSS / 1024 }) + "\n");
// Lambda freezes the process; it does not wait for what the function left open.
process.exit();
