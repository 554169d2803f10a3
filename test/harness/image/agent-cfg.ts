/** Reads buildkite-agent.cfg as the agent does (cliconfig/file.go of agent 3 and 4): line by line, with its quoting rules. */
export function readAgentConfig(content: string): ReadonlyMap<string, string> {
  const lines = content.split("\n").filter((line) => !/^[ \t]*(#|$)/.test(line));
  const entries = lines.map((line): [string, string] => {
    const kept = withoutComment(line);
    const separator = kept.includes("=") ? "=" : ":";
    const at = kept.indexOf(separator);
    if (at < 0) throw new Error(`the agent refuses this line: ${line}`);
    return [trimmed(kept.slice(0, at)), unquoted(trimmed(kept.slice(at + 1)))];
  });
  const names = entries.map(([name]) => name);
  if (new Set(names).size !== names.length) throw new Error(`a key is there twice: ${names.join(" ")}`);
  return new Map(entries);
}

const count = (text: string, quote: string) => text.split(quote).length - 1;
const trimmed = (text: string) => text.replace(/^ +| +$/g, "");

function withoutComment(line: string): string {
  const kept: string[] = [];
  let open = false;
  for (const segment of line.split("#")) {
    const toggles = count(segment, '"') === 1 || count(segment, "'") === 1;
    if (toggles && open) kept.push(segment);
    if (toggles) open = !open;
    if (kept.length === 0 || open) kept.push(segment);
  }
  return kept.join("#");
}

function unquoted(text: string): string {
  if (count(text, '"') !== 2 && count(text, "'") !== 2) return text;
  return text
    .replace(/^["']+|["']+$/g, "")
    .replaceAll('\\"', '"')
    .replaceAll("\\n", "\n");
}
