/* Measures the synthesis of an app. Runs compiled, in a process of its own. Arguments: the app, and the modules that it imports. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import type * as cdktf from "cdktf";

/** Milliseconds, and megabytes. */
export interface Measurement {
  readonly boot: number;
  readonly import: number;
  readonly construct: number;
  readonly synth: number;
  /** Processor time, which depends least on other processes. */
  readonly processor: number;
  readonly memory: number;
}

const load = createRequire(__filename);
const [app = "", ...imports] = process.argv.slice(2);

const booted = performance.now();
for (const name of imports) load(name);
const imported = performance.now();

const { App } = load("cdktf") as typeof cdktf;
let constructed = imported;
const synth = Object.getOwnPropertyDescriptor(App.prototype, "synth")!.value as () => void;
App.prototype.synth = function (this: unknown) {
  constructed = performance.now();
  synth.call(this);
};
load(app);
const synthesized = performance.now();
const { user, system } = process.cpuUsage();

const measurement: Measurement = {
  boot: booted,
  import: imported - booted,
  construct: constructed - imported,
  synth: synthesized - constructed,
  processor: (user + system) / 1000,
  memory: peakMemory(),
};
console.log(JSON.stringify(measurement));

/** On Linux `maxRSS` includes the memory of the parent process before exec; VmHWM does not. */
function peakMemory(): number {
  const status = "/proc/self/status";
  const [, kilobytes] = (existsSync(status) && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"))) || [];
  return Number(kilobytes ?? process.resourceUsage().maxRSS) / 1024;
}
