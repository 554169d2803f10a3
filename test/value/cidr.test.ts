import { cidrContains } from "../../src/value/cidr";
import { known } from "../../src/value/value";

test.each<[outer: string, inner: string, holds: boolean, why: string]>([
  ["10.0.0.0/16", "10.0.1.0/24", true, "inside"],
  ["10.0.0.0/16", "10.0.0.0/16", true, "the same"],
  ["10.0.0.0/16", "10.1.0.0/24", false, "beside"],
  ["10.0.1.0/24", "10.0.0.0/16", false, "around"],
  ["172.17.0.0/12", "172.31.255.255/32", true, "the outer range is cut to its network"],
  ["0.0.0.0/0", "255.255.255.255/32", true, "everything"],
  ["10.0.0.0/16", "2001:db8::/64", false, "of the other family"],
  ["10.0.0.0/16", "10.0.0.256/24", false, "no address"],
  ["10.0.0.0/16", "10.0.1.0", false, "no range"],
  ["", "10.0.1.0/24", false, "in nothing"],
])("%s contains %s: %s, %s", (outer, inner, holds) => {
  expect(known(cidrContains(outer, inner))).toEqual({ content: holds });
});
