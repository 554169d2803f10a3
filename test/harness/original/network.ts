import { counted, type Original, REGION, type Resources } from "./inputs";

const VPC = "${aws_vpc.vpc[0].id}";
const everywhere = { description: "", from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] };
/** Terraform's JSON syntax wants every attribute of such a block. */
const rest = { ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false };

export function network(original: Original): Resources {
  const { name, tags, makesVpc } = original;
  const opensPort = original.has("key_name") || original.has("authorized_users_url");
  const makesGroup = !original.has("security_group_ids");
  return {
    aws_vpc: counted(makesVpc, {
      vpc: {
        cidr_block: "10.0.0.0/16",
        instance_tenancy: "default",
        enable_dns_support: true,
        enable_dns_hostnames: true,
        tags,
      },
    }),
    aws_internet_gateway: counted(makesVpc, { gateway: { vpc_id: VPC, tags: { ...tags, Name: name } } }),
    aws_subnet: counted(makesVpc, { subnet0: subnet(original, 0), subnet1: subnet(original, 1) }),
    aws_route_table: counted(makesVpc, { routes: { vpc_id: VPC, tags } }),
    aws_route: counted(makesVpc, {
      route_default: {
        destination_cidr_block: "0.0.0.0/0",
        gateway_id: "${aws_internet_gateway.gateway[0].id}",
        route_table_id: "${aws_route_table.routes[0].id}",
      },
    }),
    aws_route_table_association: counted(makesVpc, {
      subnet0_routes: { subnet_id: "${aws_subnet.subnet0[0].id}", route_table_id: "${aws_route_table.routes[0].id}" },
      subnet1_routes: { subnet_id: "${aws_subnet.subnet1[0].id}", route_table_id: "${aws_route_table.routes[0].id}" },
    }),
    aws_security_group: {
      ...counted(makesGroup, {
        security_group: {
          name: `${name}-agent-sg`,
          description: "Enable access to agents",
          vpc_id: makesVpc ? VPC : original.variable("vpc_id"),
          egress: [{ ...everywhere, ...rest }],
          tags,
          lifecycle: { create_before_destroy: true },
        },
      }),
      ...counted(makesVpc, { vpc_endpoint_sg: endpointGroup(original) }),
    },
    aws_vpc_security_group_ingress_rule: counted(makesGroup && opensPort, {
      security_group_ssh_ingress: {
        security_group_id: "${aws_security_group.security_group[0].id}",
        ip_protocol: "tcp",
        from_port: 22,
        to_port: 22,
        cidr_ipv4: "0.0.0.0/0",
      },
    }),
    aws_vpc_endpoint: counted(
      makesVpc,
      Object.fromEntries(
        ["ssm", "ssmmessages", "ec2messages"].map((service) => [service, endpoint(original, service)]),
      ),
    ),
  };
}

function subnet({ name, tags }: Original, index: number) {
  return {
    availability_zone: `${REGION}${"ab"[index]!}`,
    cidr_block: `10.0.${String(index + 1)}.0/24`,
    vpc_id: VPC,
    tags: { ...tags, Name: `${name}-subnet${String(index)}` },
  };
}

function endpointGroup({ name, tags }: Original) {
  const https = { description: "", from_port: 443, to_port: 443, protocol: "tcp", cidr_blocks: ["10.0.0.0/16"] };
  return {
    name: `${name}-vpc-endpoints`,
    description: "Security group for VPC endpoints",
    vpc_id: VPC,
    ingress: [{ ...https, ...rest }],
    egress: [{ ...everywhere, ...rest }],
    tags: { ...tags, Name: `${name}-vpc-endpoints-sg` },
    lifecycle: { create_before_destroy: true },
  };
}

function endpoint({ name, tags }: Original, service: string) {
  return {
    vpc_id: VPC,
    service_name: `com.amazonaws.${REGION}.${service}`,
    vpc_endpoint_type: "Interface",
    subnet_ids: ["${aws_subnet.subnet0[0].id}", "${aws_subnet.subnet1[0].id}"],
    security_group_ids: ["${aws_security_group.vpc_endpoint_sg[0].id}"],
    private_dns_enabled: true,
    tags: { ...tags, Name: `${name}-${service}-endpoint` },
  };
}
