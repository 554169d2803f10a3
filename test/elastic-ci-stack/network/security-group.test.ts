import { synthesized } from "../../harness/synthesized";

const RULE = "aws_vpc_security_group_ingress_rule";

test("by default there is no ingress", () => {
  const stack = synthesized();
  expect(stack.only("aws_security_group").ingress).toBeUndefined();
  expect(stack.types).not.toContain(RULE);
});

test.each([
  ["a key pair", { keyName: "operators" }],
  ["a file of authorized users", { authorizedUsersUrl: "https://example.com/authorized_keys" }],
])("%s alone opens no port", (_, props) => {
  expect(synthesized(props).types).not.toContain(RULE);
});

test.each([
  ["linux", 22],
  ["windows", 3389],
] as const)("on %s remote login opens port %i to the given ranges and to nobody else", (system, port) => {
  const sshIngressCidrBlocks = ["10.1.0.0/16", "192.0.2.7/32"];
  const rule = synthesized({ instanceOperatingSystem: system, sshIngressCidrBlocks }).only(RULE);
  expect(rule).toMatchObject({
    for_each: '${toset(["10.1.0.0/16", "192.0.2.7/32"])}',
    ip_protocol: "tcp",
    from_port: port,
    to_port: port,
    cidr_ipv4: "${each.key}",
  });
  expect(rule.cidr_ipv6).toBeUndefined();
});

test("a rule's key is its CIDR block, so that their order does not matter", () => {
  const ofRanges = (...sshIngressCidrBlocks: string[]) => synthesized({ sshIngressCidrBlocks }).only(RULE);
  const { for_each, count, ...rule } = ofRanges("10.1.0.0/16", "192.0.2.7/32");
  const { for_each: others, ...moved } = ofRanges("198.51.100.0/24", "192.0.2.7/32", "10.1.0.0/16");
  expect(count).toBeUndefined();
  expect(moved).toEqual(rule);
  expect([for_each, others]).toEqual([expect.stringContaining("toset("), expect.stringContaining("toset(")]);
});

test("all egress is allowed, because instances fetch jobs and code", () => {
  const { egress } = synthesized().only("aws_security_group");
  expect(egress).toEqual([expect.objectContaining({ protocol: "-1", cidr_blocks: ["0.0.0.0/0"] })]);
});

test("no change of words replaces the group, which cannot go while instances run", () => {
  expect(synthesized().only("aws_security_group").lifecycle).toEqual({ ignore_changes: ["description"] });
});

test("groups of the user's own are used as they are", () => {
  const stack = synthesized({ securityGroupIds: ["sg-1", "sg-2"], sshIngressCidrBlocks: ["10.1.0.0/16"] });
  expect(stack.types).not.toContain("aws_security_group");
  expect(stack.types).not.toContain(RULE);
  expect(stack.only("aws_launch_template").network_interfaces[0].security_groups).toEqual(["sg-1", "sg-2"]);
});
