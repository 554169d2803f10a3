import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/** Every process of the machine. Linux tells it by /proc, which needs no `ps`; other systems have `ps`. */
export function listProcesses(): ProcessEntry[] {
  return existsSync("/proc/self/stat") ? fromProc() : fromPs();
}

function fromProc(): ProcessEntry[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The command, in parentheses, may itself hold spaces and parentheses: read on after the last one.
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" ? [] : [{ pid: Number(name), parent: Number(parent), group: Number(group) }];
    } catch {
      return []; // ended between the listing and the reading
    }
  });
}

function fromPs(): ProcessEntry[] {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,pgid=,stat="], { encoding: "utf8", timeout: 5_000 }).split(
    "\n",
  );
  return lines.flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    if (pid === undefined || pid === "" || state?.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group) }];
  });
}

/** A process and everything below it. */
export function treeOf(pid: number, all: readonly ProcessEntry[] = listProcesses()): ProcessEntry[] {
  const found = all.filter((entry) => entry.pid === pid || entry.group === pid);
  for (let i = 0; i < found.length; i++) {
    const known = new Set(found.map((entry) => entry.pid));
    found.push(...all.filter((entry) => entry.parent === found[i]?.pid && !known.has(entry.pid)));
  }
  return found;
}

/**
 * Ends the group of `pid` and the groups of its descendants: a program that gives its child a terminal, as cdktf
 * does with Terraform, puts it into another group.
 */
export async function stopGroups(pid: number, graceMs: number): Promise<void> {
  if (pid <= 0) return;
  const own = listProcesses().find((entry) => entry.pid === process.pid)?.group;
  const groups = [...new Set([pid, ...treeOf(pid).map((entry) => entry.group)])].filter((group) => group !== own);
  signalGroups(groups, "SIGTERM");
  if (await gone(groups, graceMs)) return;
  signalGroups(groups, "SIGKILL");
  await gone(groups, 2_000);
}

function signalGroups(groups: readonly number[], signal: NodeJS.Signals): void {
  for (const group of groups) {
    try {
      process.kill(-group, signal);
    } catch {
      // the group has ended
    }
  }
}

async function gone(groups: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (!listProcesses().some((entry) => groups.includes(entry.group))) return true;
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
