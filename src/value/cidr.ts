import { at, fold, type Operand, type Value } from "./value";

/** Whether an IPv4 range lies inside another. Text that is no range lies in none. */
export function rangeContains(outer: Operand<string>, inner: Operand<string>): Value<boolean> {
  const bits = (range: Operand<string>) => ['split("/", ', at(range), ")[1]"] as const;
  const moved = ['join("/", [split("/", ', at(inner), ")[0], ", ...bits(outer), "])"] as const;
  return fold<[string, string], boolean>(
    [outer, inner],
    holdsRange,
    ...["try(cidrhost(", at(outer), ", 0) == cidrhost(", ...moved, ", 0) && tonumber("],
    ...[...bits(inner), ") >= tonumber(", ...bits(outer), "), false)"],
  );
}

function holdsRange(outer: string, inner: string): boolean {
  const [wide, narrow] = [parse(outer), parse(inner)];
  const size = 2 ** (32 - wide.bits);
  return narrow.bits >= wide.bits && Math.floor(wide.address / size) === Math.floor(narrow.address / size);
}

function parse(range: string): { readonly address: number; readonly bits: number } {
  const [address = "", bits] = range.split("/");
  const octets = address.split(".").map(Number);
  const isAddress = octets.length === 4 && octets.every((octet) => octet >= 0 && octet <= 255);
  return { address: isAddress ? octets.reduce((sum, octet) => sum * 256 + octet, 0) : NaN, bits: Number(bits) };
}
