import { at, fold, type Operand, type Value } from "./value";

/** Whether an IPv4 range lies inside another. Other text lies in none. */
export function cidrContains(outer: Operand<string>, inner: Operand<string>): Value<boolean> {
  const bits = (range: Operand<string>) => ['split("/", ', at(range), ")[1]"] as const;
  const innerInOuterLength = ['join("/", [split("/", ', at(inner), ")[0], ", ...bits(outer), "])"] as const;
  return fold<[string, string], boolean>(
    [outer, inner],
    holdsRange,
    // cidrnetmask refuses what is no IPv4 range.
    ...[
      "try(cidrnetmask(",
      at(inner),
      ') != "" && cidrhost(',
      at(outer),
      ", 0) == cidrhost(",
      ...innerInOuterLength,
      ", 0) && tonumber(",
    ],
    ...[...bits(inner), ") >= tonumber(", ...bits(outer), "), false)"],
  );
}

function holdsRange(outer: string, inner: string): boolean {
  const [wide, narrow] = [parse(outer), parse(inner)];
  const size = 2 ** (32 - wide.bits);
  return narrow.bits >= wide.bits && Math.floor(wide.address / size) === Math.floor(narrow.address / size);
}

const RANGE = /^[0-9]{1,3}(\.[0-9]{1,3}){3}\/[0-9]{1,2}$/;

function parse(range: string): { readonly address: number; readonly bits: number } {
  const [address = "", bits] = range.split("/");
  const octets = address.split(".").map(Number);
  const isRange = RANGE.test(range) && octets.every((octet) => octet <= 255) && Number(bits) <= 32;
  return { address: isRange ? octets.reduce((sum, octet) => sum * 256 + octet, 0) : NaN, bits: Number(bits) };
}
