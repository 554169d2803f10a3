const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** Delay before a run's first poll: fixed for a group, spread over groups (FNV-1a of the name, 64 bits). */
export function startupJitterSeconds(groupName: string, maxSeconds: number): number {
  const limit = BigInt(Math.floor(maxSeconds * 1e9));
  if (groupName === "" || limit <= 0n) return 0;
  const hash = Buffer.from(groupName).reduce((sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * PRIME), OFFSET);
  return Number(hash % limit) / 1e9;
}
