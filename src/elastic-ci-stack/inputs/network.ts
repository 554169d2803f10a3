import { eq, gte, not, or } from "../../value/value";
import { splitTrimmed } from "../../value/list";
import { length, matches } from "../../value/text";
import { type Check, eachItem, emptyOr, noRepeats, pattern } from "../../schema/check";
import { ipv4Range, networkRange } from "../../schema/formats/cidr";
import { resourceId } from "../../schema/formats/texts";
import { flag, text, texts } from "../../schema/row";

/** Services with a free gateway endpoint. Their interface endpoints cost money and do not support the services' usual DNS names. */
export const GATEWAYS = ["s3", "dynamodb"] as const;

const ENDPOINTS =
  /^(s3|dynamodb|ssm|ssmmessages|ec2messages|ecr\.api|ecr\.dkr|secretsmanager|kms|logs|sts|autoscaling|ec2|monitoring|lambda|[a-z0-9.-]+\.amazonaws\.[a-z0-9.-]+)$/;

const ENDPOINT_WORDS =
  "be s3, dynamodb, ssm, ssmmessages, ec2messages, ecr.api, ecr.dkr, secretsmanager, kms, logs, sts, autoscaling, ec2, monitoring, lambda " +
  "or a full service name, such as com.amazonaws.eu-central-1.sqs";

const gatewayByShortName: Check<string> = {
  holds: (service) => not(matches(new RegExp(`\\.(${GATEWAYS.join("|")})$`), service)),
  must: `not end in .${GATEWAYS.join(" or .")}: write ${GATEWAYS.join(" or ")}, which are gateways`,
};

const noneOrTwo: Check<readonly string[]> = {
  holds: (items) => or(eq(length(items), 0), gte(length(items), 2)),
  must: "be empty or have at least 2 items",
};

const exactlyTwo: Check<readonly string[]> = { holds: (items) => eq(length(items), 2), must: "have exactly 2 items" };

const zones = pattern(
  /^ *[a-z0-9-]+ *(, *[a-z0-9-]+ *)+$/,
  "name at least 2 availability zones between commas, such as eu-central-1a,eu-central-1b",
);

const differentZones: Check<string> = {
  holds: (joined) => noRepeats().holds(splitTrimmed(",", joined)),
  must: "name each availability zone once",
};

export const network = {
  vpc_id: text({
    default: "",
    about: "Existing VPC for the instances, together with subnets. Empty: a VPC with two public subnets is created.",
    checks: [emptyOr(resourceId("vpc"))],
  }),
  create_vpc: flag({
    default: true,
    about: "False says that vpc_id is given although Terraform does not know its value before apply.",
  }),
  subnets: texts({
    default: [],
    about:
      "Existing subnets for the instances, at least two; they need a route to Buildkite. Only together with vpc_id.",
    checks: [noneOrTwo, eachItem(resourceId("subnet"))],
  }),
  availability_zones: text({
    default: "",
    commaSeparated: true,
    about:
      "Availability zones of the two created subnets, between commas; the first two count. Empty: the first two of the region. " +
      "They count when the subnets are created: a later change moves no subnet.",
    checks: [emptyOr(zones), differentZones],
  }),
  vpc_cidr_block: text({
    default: "10.0.0.0/16",
    about: "IPv4 range of the created VPC.",
    checks: [networkRange()],
  }),
  subnet_cidr_blocks: texts({
    default: ["10.0.1.0/24", "10.0.2.0/24"],
    about: "IPv4 ranges of the two created subnets, inside vpc_cidr_block and apart from each other.",
    checks: [exactlyTwo, noRepeats(), eachItem(networkRange())],
  }),
  vpc_endpoints: texts({
    default: ["s3"],
    about:
      "AWS services that the created VPC reaches without the internet, by short name or full service name. " +
      "s3 and dynamodb are free gateways; each other one is paid per hour in both zones.",
    checks: [eachItem(pattern(ENDPOINTS, ENDPOINT_WORDS)), eachItem(gatewayByShortName)],
  }),
  security_group_ids: texts({
    default: [],
    about: "Existing security groups for the instances. Empty: one is created that lets everything out and nothing in.",
    checks: [eachItem(resourceId("sg"))],
  }),
  ssh_ingress_cidr_blocks: texts({
    default: [],
    about:
      "IPv4 ranges that may log in to instances through the created security group: port 22 on Linux, 3389 on Windows. Empty: nobody. " +
      "Terraform must know them at plan.",
    checks: [eachItem(ipv4Range()), noRepeats()],
  }),
  associate_public_ip_address: flag({
    default: true,
    about:
      "Whether instances get public IPv4 addresses. The created VPC has no NAT, so its instances need them to reach Buildkite.",
  }),
};
