import { BEIJING, type Body, GOVCLOUD, type Place, synthesized, VIRGINIA } from "../../harness/synthesized";

const imageId = "ami-0123456789abcdef0";
const endpoints = (vpcEndpoints: string[], place?: Place): Readonly<Record<string, Body>> =>
  synthesized({ vpcEndpoints, imageId }, place).all("aws_vpc_endpoint");

test("by default there is the free gateway to S3 and nothing that costs", () => {
  const { s3, ...others } = synthesized().all("aws_vpc_endpoint");
  expect(s3).toMatchObject({
    vpc_endpoint_type: "Gateway",
    service_name: "com.amazonaws.us-east-1.s3",
    route_table_ids: ["${aws_route_table.routes.id}"],
  });
  expect(others).toEqual({});
  expect(Object.keys(synthesized().all("aws_security_group"))).toEqual(["security_group"]);
});

test("DynamoDB has a free gateway too, and neither becomes an interface", () => {
  const { dynamodb, s3, ...others } = endpoints(["dynamodb", "s3"]);
  expect(dynamodb).toMatchObject({
    vpc_endpoint_type: "Gateway",
    service_name: "com.amazonaws.us-east-1.dynamodb",
    route_table_ids: ["${aws_route_table.routes.id}"],
  });
  expect(dynamodb).not.toHaveProperty("private_dns_enabled");
  expect([s3.vpc_endpoint_type, others]).toEqual(["Gateway", {}]);
});

test("an empty list makes none", () => {
  expect(synthesized({ vpcEndpoints: [] }).types).not.toContain("aws_vpc_endpoint");
});

test("each service that is named gets an interface in both subnets, under its usual host name", () => {
  const made = endpoints(["ssm", "ecr.api"]);
  expect(Object.keys(made)).toEqual(["interface"]);
  expect(made["interface"]).toMatchObject({
    for_each: '${toset(["ssm", "ecr.api"])}',
    vpc_endpoint_type: "Interface",
    private_dns_enabled: true,
    subnet_ids: ["${aws_subnet.subnet0.id}", "${aws_subnet.subnet1.id}"],
    security_group_ids: ["${aws_security_group.vpc_endpoint_sg.id}"],
  });
});

test("endpoints allow HTTPS from the VPC, and no egress", () => {
  const group = synthesized({ vpcEndpoints: ["ssm"], vpcCidrBlock: "10.0.0.0/17" }).all("aws_security_group")[
    "vpc_endpoint_sg"
  ];
  expect(group.ingress).toEqual([
    expect.objectContaining({ from_port: 443, to_port: 443, protocol: "tcp", cidr_blocks: ["10.0.0.0/17"] }),
  ]);
  expect(group.egress).toBeUndefined();
});

test("no change of words replaces their group, which cannot go while endpoints use it", () => {
  const group = synthesized({ vpcEndpoints: ["ssm"] }).all("aws_security_group")["vpc_endpoint_sg"];
  expect(group.lifecycle).toEqual({ ignore_changes: ["description"] });
});

test.each([
  ["Virginia", VIRGINIA, "com.amazonaws.us-east-1.s3"],
  ["GovCloud", GOVCLOUD, "com.amazonaws.us-gov-west-1.s3"],
  ["China", BEIJING, "com.amazonaws.cn-north-1.s3"],
] as const)("in %s the gateway's service is %s", (_, place, name) => {
  expect(endpoints(["s3"], place)["s3"].service_name).toBe(name);
});

test("only in China some services have a prefix of their own: those that AWS lists with it there", () => {
  const serviceName = (place: Place) => endpoints(["ssm", "ecr.api"], place)["interface"].service_name as string;
  expect(serviceName(VIRGINIA)).not.toContain("cn.com.amazonaws");
  expect(serviceName(BEIJING)).toContain(
    '(contains(["autoscaling", "ec2", "ecr.api", "ecr.dkr", "lambda", "monitoring", "sts"], each.key) ? "cn.com.amazonaws" : "com.amazonaws")',
  );
});
