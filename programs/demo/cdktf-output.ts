export interface Count {
  readonly done: number;
  /** Known once Terraform has planned. */
  readonly total: number | undefined;
  /** Addresses of the resources that are being created or destroyed. */
  readonly underWay: readonly string[];
}

const escapes = /\u001b\[[0-9;?]*[A-Za-z]/g;

export function plainText(line: string): string {
  return line.replace(escapes, "");
}

/** Counts the created or destroyed resources in cdktf's output, line by line. */
export function counter(kind: "Creation" | "Destruction"): (line: string) => Count {
  const event = /^(?:\S+ {2,}| *)(.+): (Creating\.\.\.|Destroying\.\.\.|(Creation|Destruction) complete after )/;
  const planned = /Plan: (\d+) to add, \d+ to change, (\d+) to destroy/;
  const underWay = new Set<string>();
  let done = 0;
  let total: number | undefined;
  return (line) => {
    const text = plainText(line);
    const plan = planned.exec(text);
    if (plan !== null) total = Number(kind === "Creation" ? plan[1] : plan[2]);
    const [, address, , finished] = event.exec(text) ?? [];
    if (address !== undefined) {
      if (finished === undefined) underWay.add(address);
      else underWay.delete(address);
      if (finished === kind) done += 1;
    }
    return { done, total, underWay: [...underWay] };
  };
}

const noise = /^\s*$|^\s*at .+:\d+:\d+\)?$|Synthesizing$|^\s*npm warn |^\s*Node\.js v\d/;

const errorLine = /^(\w*Error: |ERROR )/;

/** The part of a failed run that says why, without any stack trace. */
export function reasonOf(output: string): string {
  const lines = plainText(output)
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => !noise.test(line));
  return framedErrors(lines) ?? appError(lines) ?? ownError(lines) ?? lines.slice(-20).join("\n");
}

/** Terraform frames its errors and warnings. */
function framedErrors(lines: readonly string[]): string | undefined {
  const framed = lines.filter((line) => /[╷│╵]/.test(line)).map((line) => line.slice(line.search(/[╷│╵]/)));
  const errors = framed
    .join("\n")
    .split("╵")
    .filter((block) => block.includes("Error:"));
  return errors.length === 0 ? undefined : errors.map((block) => `${block.trim()}\n╵`).join("\n");
}

/** When the app fails, cdktf repeats its output; the source line that Node.js prints before an error is left out. */
function appError(lines: readonly string[]): string | undefined {
  const start = lines.findIndex((line) => line.startsWith("Command output on stderr:"));
  if (start < 0) return undefined;
  const said = lines.slice(start + 1).map((line) => line.trimStart());
  const error = said.findIndex((line) => errorLine.test(line));
  return said.slice(Math.max(error, 0)).join("\n");
}

/** The messages of errors of cdktf itself, without its stack traces. */
function ownError(lines: readonly string[]): string | undefined {
  const errors = lines.map((line) => line.trim()).filter((line) => errorLine.test(line));
  return errors.length === 0 ? undefined : [...new Set(errors)].join("\n");
}
