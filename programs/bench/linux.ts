/* What the boot of a Linux instance costs: its scripts' time and network calls in the sandbox, and its user data's size. */
import { performance } from "node:perf_hooks";
import { Cloud } from "../../test/harness/sandbox/cloud";
import { Sandbox } from "../../test/harness/sandbox/sandbox";
import { sandboxTools } from "../../test/harness/sandbox/sandbox-tools";
import { applyEverything } from "../../test/harness/sandbox/scene";
import { findTerraform, providerMirror } from "../../test/harness/tools";
import { type Row } from "./table";

const RUNS = 3;
/** User data before it is encoded for the API. */
const MOST_BYTES = 16_384;
const NOTHING = [
  'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n',
  "--x\nContent-Type: text/cloud-config\n\n{}",
  "--x\nContent-Type: text/x-shellscript\n\n#!/bin/bash\ntrue",
  "--x--\n",
].join("\n");
/** The drain watcher begins to look during the boot, and would for ever. */
const WATCHED = /target-lifecycle-state|spot|rebalance|api\/token/;

interface Boot {
  readonly milliseconds: number;
  readonly awsCalls: number;
  readonly metadataItems: number;
}

/** Makes sure that a sandbox can run; the message of the error says what is missing. */
export async function requireSandbox(): Promise<void> {
  await sandboxTools();
  findTerraform();
  await providerMirror();
}

/** Rows of two stacks: one with defaults, and one that uses whatever the instance's scripts can do. */
export async function linuxRows(signal: AbortSignal): Promise<Row[]> {
  const plain = await Cloud.apply({ buildkite_agent_token: "token", max_size: 99 });
  try {
    signal.throwIfAborted();
    const whole = await applyEverything();
    try {
      const empty = await boots(plain, signal, Buffer.from(NOTHING));
      return [
        sizeRow("defaults", plain),
        sizeRow("everything set", whole),
        ...bootRows("defaults", await boots(plain, signal), empty),
        ...bootRows("everything set", await boots(whole, signal), empty),
      ];
    } finally {
      await whole.stop();
    }
  } finally {
    await plain.stop();
  }
}

function sizeRow(what: string, { userData }: Cloud): Row {
  return { what: `Linux user data: ${what}`, measured: userData.length, unit: "B", target: MOST_BYTES };
}

function bootRows(what: string, boot: Boot, empty: Boot): Row[] {
  return [
    { what: `Linux boot in the sandbox: ${what}`, measured: boot.milliseconds / 1000, unit: "s" },
    { what: "  times a boot without scripts", measured: boot.milliseconds / empty.milliseconds, unit: "x" },
    { what: "  requests to AWS", measured: boot.awsCalls, unit: "calls" },
    {
      what: "  items read from the instance metadata",
      measured: boot.metadataItems - empty.metadataItems,
      unit: "calls",
    },
  ];
}

/** The boot of the median time out of some, each of a machine of its own. */
async function boots(cloud: Cloud, signal: AbortSignal, userData = cloud.userData): Promise<Boot> {
  const all: Boot[] = [];
  for (let run = 0; run < RUNS; run++) {
    signal.throwIfAborted();
    await Sandbox.use({ cloud, userData }, async (machine) => {
      all.push(await boot(machine));
    });
  }
  return all.sort((a, b) => a.milliseconds - b.milliseconds)[Math.floor(RUNS / 2)]!;
}

async function boot(machine: Sandbox): Promise<Boot> {
  const started = performance.now();
  const { code, output } = await machine.boot();
  const milliseconds = performance.now() - started;
  if (code !== 0) throw new Error(`a boot in the sandbox failed: ${output}`);
  return {
    milliseconds,
    awsCalls: machine.aws.requests.length,
    metadataItems: machine.imds.requests.filter(({ path }) => !WATCHED.test(path)).length,
  };
}
