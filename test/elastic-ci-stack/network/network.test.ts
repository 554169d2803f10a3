import { type Body, EVERYTHING, synthesized } from "../../harness/synthesized";

const NETWORK = [
  "aws_vpc",
  "aws_subnet",
  "aws_internet_gateway",
  "aws_route",
  "aws_route_table",
  "aws_route_table_association",
  "aws_vpc_endpoint",
];
const stack = synthesized();

test("a created VPC has two subnets in two zones, each with a route to the internet", () => {
  expect(stack.only("aws_vpc")).toMatchObject({
    cidr_block: "10.0.0.0/16",
    enable_dns_support: true,
    enable_dns_hostnames: true,
  });
  const subnets = Object.values<Body>(stack.all("aws_subnet"));
  expect(subnets.map(({ cidr_block }: Body) => cidr_block as string)).toEqual(["10.0.1.0/24", "10.0.2.0/24"]);
  expect(new Set(subnets.map(({ availability_zone }: Body) => availability_zone as string)).size).toBe(2);
  expect(stack.only("aws_route")).toMatchObject({
    destination_cidr_block: "0.0.0.0/0",
    gateway_id: "${aws_internet_gateway.gateway.id}",
  });
  expect(Object.values(stack.all("aws_route_table_association")).map((one: Body) => one.subnet_id as string)).toEqual([
    "${aws_subnet.subnet0.id}",
    "${aws_subnet.subnet1.id}",
  ]);
});

test("VPC, gateway, routes and subnets have names that a console can show", () => {
  const names = ["aws_vpc", "aws_internet_gateway", "aws_route_table", "aws_subnet"].flatMap((type) =>
    Object.values(stack.all(type)).map((body: Body) => body.tags.Name as string),
  );
  const name = "buildkite-stack-0a1b2c3d";
  expect(names).toEqual([name, name, name, `${name}-subnet0`, `${name}-subnet1`]);
});

test("zones that need opting in, such as Local Zones, are never chosen", () => {
  expect(stack.data("aws_availability_zones")["available"].filter).toEqual([
    { name: "opt-in-status", values: ["opt-in-not-required"] },
  ]);
});

test("zones of the user's own are trimmed, and AWS is not asked for any", () => {
  const given = synthesized({ availabilityZones: " us-east-1c , us-east-1d" });
  expect(Object.values(given.all("aws_subnet")).map((body: Body) => body.availability_zone as string)).toEqual([
    "us-east-1c",
    "us-east-1d",
  ]);
  expect(given.data("aws_availability_zones")).toEqual({});
});

test("a zone that AWS adds replaces no subnet", () => {
  for (const subnet of Object.values<Body>(stack.all("aws_subnet")))
    expect(subnet.lifecycle.ignore_changes).toEqual(["availability_zone"]);
});

test("ranges can be chosen", () => {
  const given = synthesized({ vpcCidrBlock: "172.20.0.0/16", subnetCidrBlocks: ["172.20.8.0/24", "172.20.9.0/24"] });
  expect(given.only("aws_vpc").cidr_block).toBe("172.20.0.0/16");
  expect(Object.values(given.all("aws_subnet")).map((body: Body) => body.cidr_block as string)).toEqual([
    "172.20.8.0/24",
    "172.20.9.0/24",
  ]);
});

test("a VPC of the user's own is used as it is: nothing is made in it but the security group", () => {
  const given = synthesized({ ...EVERYTHING, vpcId: "vpc-1", subnets: ["subnet-1", "subnet-2"] });
  expect(given.types.filter((type) => NETWORK.includes(type))).toEqual([]);
  expect(given.data("aws_availability_zones")).toEqual({});
  expect(given.only("aws_autoscaling_group").vpc_zone_identifier).toEqual(["subnet-1", "subnet-2"]);
  expect(given.only("aws_security_group").vpc_id).toBe("vpc-1");
});

test.each([true, false])(
  "whether instances get public addresses is the user's choice: %s",
  (associatePublicIpAddress) => {
    const given = synthesized({ vpcId: "vpc-1", subnets: ["subnet-1", "subnet-2"], associatePublicIpAddress });
    expect(given.only("aws_launch_template").network_interfaces[0].associate_public_ip_address).toBe(
      associatePublicIpAddress,
    );
  },
);
