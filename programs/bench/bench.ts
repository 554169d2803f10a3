/* `npm run bench`: what synthesizing, generating, planning, scaling and booting cost on this machine. */
import { linuxRows, requireSandbox } from "./linux";
import { measurePlans, requirePlanTools } from "./plans";
import { scalerRows, zipRows } from "./scaler";
import { measureModule, measureSynthesis } from "./synthesis";
import { type Row, table } from "./table";

const EXAMPLE = "complete";
const RUNS = 7;
const seconds = (milliseconds: number) => milliseconds / 1000;

function progress(text: string): void {
  process.stderr.write(`${text} ...\n`);
}

function synthesisRows(): Row[] {
  progress(`synthesizing examples/${EXAMPLE}, ${RUNS} times`);
  const { wall, memory, ...parts } = measureSynthesis(EXAMPLE, RUNS);
  const part = (what: string, milliseconds: number): Row => ({ what, measured: seconds(milliseconds), unit: "s" });
  return [
    { what: `synthesize ${EXAMPLE}, whole process`, measured: seconds(wall), unit: "s", target: 0.6 },
    part("  start of node", parts.boot),
    part("  import", parts.import),
    part("  construct", parts.construct),
    part("  synth", parts.synth),
    part("  processor time of all this", parts.processor),
    { what: `synthesize ${EXAMPLE}, peak memory`, measured: memory, unit: "MB", target: 150 },
  ];
}

function moduleRow(): Row {
  progress("generating the module, 3 times");
  return { what: "generate the Terraform module", measured: seconds(measureModule(3)), unit: "s" };
}

/** Returns a sentence that says what is missing where Terraform or the local AWS is not installed. */
async function planRows(signal: AbortSignal): Promise<Row[] | string> {
  try {
    await requirePlanTools();
  } catch (error) {
    return `No plans were measured. ${(error as Error).message}`;
  }
  const rows: Row[] = [];
  progress("planning each configuration once");
  await measurePlans(signal, (name, milliseconds) => {
    progress(`  ${name}`);
    rows.push({ what: `plan: ${name}`, measured: seconds(milliseconds), unit: "s" });
  });
  return rows;
}

/** Returns a sentence that says what is missing where the sandbox cannot run. */
async function bootRows(signal: AbortSignal): Promise<Row[] | string> {
  try {
    await requireSandbox();
  } catch (error) {
    return `No boots were measured. ${(error as Error).message}`;
  }
  progress("booting Linux instances in the sandbox, 9 times");
  return linuxRows(signal);
}

async function main(): Promise<void> {
  const interruption = new AbortController();
  const interrupt = () => {
    interruption.abort();
  };
  // `on`, not `once`: tsx forwards a signal that the terminal has sent to this process, too.
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  progress("running the AgentScaler on 1, 20 and 100 queues");
  const own = [...synthesisRows(), moduleRow(), ...zipRows(), ...(await scalerRows())];
  const more = [await bootRows(interruption.signal), await planRows(interruption.signal)];
  const rows = more.flatMap((one) => (typeof one === "string" ? [] : one));
  const missing = more.filter((one) => typeof one === "string");
  console.log([table([...own, ...rows]), ...missing].join("\n\n"));
}

main().catch((error: unknown) => {
  console.error(`The benchmark failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
