import { emptyOr } from "../../schema/check";
import { ipv4Range, ipv6Range } from "../../schema/formats/cidr";
import { dockerAge } from "../../schema/formats/durations";
import { choice, flag, type Platform, text } from "../../schema/row";

const LINUX: readonly Platform[] = ["linux"];

export const docker = {
  enable_docker_user_namespace_remap: flag({
    default: true,
    env: "DOCKER_USERNS_REMAP",
    platforms: LINUX,
    about: "Whether root in a container is only the agent's user on the host.",
  }),
  enable_docker_experimental: flag({
    default: false,
    env: "DOCKER_EXPERIMENTAL",
    about: "Whether Docker's experimental features are on. Dual-stack networking needs and sets them.",
  }),
  docker_prune_until: text({
    default: "4h",
    env: "DOCKER_PRUNE_UNTIL",
    imageKind: "age",
    platforms: LINUX,
    about:
      "Age from which jobs may prune Docker resources when the disk is nearly full. The image's hourly clean-up keeps its own 4 hours.",
    checks: [dockerAge()],
  }),
  enable_pre_exit_disk_cleanup: flag({
    default: false,
    env: "ENABLE_PRE_EXIT_DISK_CLEANUP",
    platforms: LINUX,
    about: "Whether the disk is also checked and cleaned after each job, not only before.",
  }),
  docker_builder_prune_enabled: flag({
    default: false,
    env: "DOCKER_BUILDER_PRUNE_ENABLED",
    platforms: LINUX,
    about: "Whether cleaning a full disk also clears Docker's build cache.",
  }),
  docker_networking_protocol: choice(["ipv4", "dualstack"], {
    default: "ipv4",
    env: "DOCKER_NETWORKING_PROTOCOL",
    platforms: LINUX,
    about: "IP families of Docker's networks.",
  }),
  docker_ipv4_address_pool_1: text({
    default: "172.17.0.0/12",
    env: "DOCKER_IPV4_ADDRESS_POOL_1",
    imageKind: "ipv4-range",
    platforms: LINUX,
    about: "First IPv4 range for Docker's networks, which get /20 blocks of it.",
    checks: [ipv4Range()],
  }),
  docker_ipv4_address_pool_2: text({
    default: "192.168.0.0/16",
    env: "DOCKER_IPV4_ADDRESS_POOL_2",
    imageKind: "ipv4-range",
    platforms: LINUX,
    about: "Second IPv4 range for Docker's networks, which get /24 blocks of it.",
    checks: [ipv4Range()],
  }),
  docker_ipv6_address_pool: text({
    default: "2001:db8:2::/104",
    env: "DOCKER_IPV6_ADDRESS_POOL",
    imageKind: "ipv6-range",
    platforms: LINUX,
    about: "IPv6 range for Docker's networks in dual-stack mode, which get /112 blocks of it.",
    checks: [ipv6Range()],
  }),
  docker_fixed_cidr_v4: text({
    default: "",
    env: "DOCKER_FIXED_CIDR_V4",
    imageKind: "ipv4-range",
    platforms: LINUX,
    about:
      "IPv4 range that Docker's default bridge keeps to, inside docker_ipv4_address_pool_1. Empty: no restriction.",
    checks: [emptyOr(ipv4Range())],
  }),
  docker_fixed_cidr_v6: text({
    default: "2001:db8:1::/64",
    env: "DOCKER_FIXED_CIDR_V6",
    imageKind: "ipv6-range",
    platforms: LINUX,
    about: "IPv6 range that Docker's default bridge keeps to in dual-stack mode.",
    checks: [ipv6Range()],
  }),
  ecr_access_policy: choice(
    ["none", "readonly", "readonly-pullthrough", "poweruser", "poweruser-pullthrough", "full"],
    {
      default: "none",
      env: "BUILDKITE_ECR_POLICY",
      about:
        "Access to ECR that the created instance role gets. The pull-through levels may also fill pull-through caches.",
    },
  ),
};
