/* What the boot of a Linux instance costs: its scripts' time and network calls in the sandbox, and its user data's size. */
import { performance } from "node:perf_hooks";
import { Cloud } from "../../test/harness/sandbox/cloud";
import { Sandbox } from "../../test/harness/sandbox/sandbox";
import { sandboxTools } from "../../test/harness/sandbox/sandbox-tools";
import { applyEverything } from "../../test/harness/sandbox/scene";
import { findTerraform, providerMirror } from "../../test/harness/tools";
import { type Row } from "./table";

const RUNS = 3;
/** EC2's limit, before encoding in base64. */
const MAX_USER_DATA_BYTES = 16_384;
const EMPTY_USER_DATA = [
  'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n',
  "--x\nContent-Type: text/cloud-config\n\n{}",
  "--x\nContent-Type: text/x-shellscript\n\n#!/bin/bash\ntrue",
  "--x--\n",
].join("\n");
/** Requests of the drain watcher, which starts during the boot and never ends. */
const DRAIN_WATCHER_PATHS = /target-lifecycle-state|spot|rebalance|api\/token/;

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

/** Rows of two stacks: one with defaults, and one with all features of the instance's scripts. */
export async function linuxRows(signal: AbortSignal): Promise<Row[]> {
  const plain = await Cloud.apply({ buildkite_agent_token: "token", max_size: 99 });
  try {
    signal.throwIfAborted();
    const whole = await applyEverything();
    try {
      const empty = await boots(plain, signal, Buffer.from(EMPTY_USER_DATA));
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
  return { what: `Linux user data: ${what}`, measured: userData.length, unit: "B", target: MAX_USER_DATA_BYTES };
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

/** The boot with the median time of several, each on a new machine. */
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
    metadataItems: machine.imds.requests.filter(({ path }) => !DRAIN_WATCHER_PATHS.test(path)).length,
  };
}
