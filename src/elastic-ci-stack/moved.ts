import { type Move } from "../schema/definition";

/** Services for whose sake Buildkite's own module makes interface endpoints. */
const ENDPOINTS = ["ssm", "ssmmessages", "ec2messages"];

/** What Buildkite's own module has under another address: it moves over with the state instead of being made anew. */
export const moved: readonly Move[] = [
  ...ENDPOINTS.map((service) => ({
    from: `aws_vpc_endpoint.${service}[0]`,
    to: `aws_vpc_endpoint.interface["${service}"]`,
  })),
  {
    from: "aws_vpc_security_group_ingress_rule.security_group_ssh_ingress[0]",
    to: 'aws_vpc_security_group_ingress_rule.security_group_ssh_ingress["0.0.0.0/0"]',
  },
];
