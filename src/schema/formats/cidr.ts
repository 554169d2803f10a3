import { type Check, pattern } from "../check";

const OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;

const GROUP = "[0-9A-Fa-f]{1,4}";
const IPV6 = [
  `(${GROUP}:){7}${GROUP}`,
  `(${GROUP}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map((after) => `(${GROUP}:){1,${7 - after}}(:${GROUP}){1,${after}}`),
  `:(:${GROUP}){1,7}`,
  "::",
].join("|");

export function ipv4Range(): Check<string> {
  return pattern(new RegExp(`^${IPV4}/(3[0-2]|[12]?[0-9])$`), "be an IPv4 range, such as 10.0.0.0/16");
}

export function ipv6Range(): Check<string> {
  return pattern(
    new RegExp(`^(${IPV6})/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$`),
    "be an IPv6 range, such as 2001:db8:1::/64",
  );
}

/** What AWS accepts for a VPC or a subnet. */
export function networkRange(): Check<string> {
  return pattern(new RegExp(`^${IPV4}/(1[6-9]|2[0-8])$`), "be an IPv4 range from /16 to /28, such as 10.0.0.0/16");
}
