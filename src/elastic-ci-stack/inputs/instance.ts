import { atMostCharacters, between, emptyOr, whole } from "../../schema/check";
import { eq, or } from "../../value/value";
import { imageId, oneLine, parameterName } from "../../schema/formats/texts";
import { instanceTypes } from "../../aws/instance-types";
import { choice, flag, number, text } from "../../schema/row";

/** A boot takes a minute or two; a limit below that would end every instance. */
const bootTimeout = between(180, 86400);

export const instance = {
  instance_types: text({
    default: "t3.large",
    commaSeparated: true,
    about:
      "EC2 instance types in order of preference, 1 to 25 between commas. All must have the same processor architecture.",
    checks: [instanceTypes()],
  }),
  instance_operating_system: choice(["linux", "windows"], {
    default: "linux",
    about: "Operating system of the instances.",
  }),
  linux_distribution: choice(["amazonlinux2023", "ubuntu2404"], {
    default: "amazonlinux2023",
    platforms: ["linux"],
    about:
      "Linux distribution of the image; it decides the root device's name. No Ubuntu image is published here: give image_id or image_id_parameter with it.",
  }),
  instance_name: text({
    default: "",
    about: "Name tag of instances and volumes. Empty: the stack's full name.",
    checks: [oneLine(), atMostCharacters(256)],
  }),
  cpu_credits: choice(["standard", "unlimited"], {
    default: "unlimited",
    about:
      "CPU credits of burstable types (T families): unlimited may cost extra, standard slows down instead. It has an effect where all types are burstable.",
  }),
  image_id: text({
    default: "",
    about:
      "AMI of the instances; it wins over every other source. Empty: image_id_parameter, else Buildkite's published image of the region.",
    checks: [emptyOr(imageId())],
  }),
  image_id_parameter: text({
    default: "",
    about: "SSM parameter whose value is the id of the AMI, read at every plan. Ignored where image_id is given.",
    checks: [emptyOr(parameterName())],
  }),
  use_image_id_parameter: flag({
    default: false,
    about: "True says that image_id_parameter is given although Terraform does not know its value before apply.",
  }),
  imdsv2_tokens: choice(["required", "optional"], {
    default: "required",
    about:
      "Whether the instance metadata service demands session tokens. Optional opens a known way to steal the instance's credentials.",
  }),
  imds_hop_limit: number({
    default: 1,
    about:
      "Network hops that a metadata answer may take. 1 keeps containers from the instance's credentials; 2 lets them have these.",
    checks: [between(1, 64), whole()],
  }),
  instance_boot_timeout: number({
    default: 0,
    env: "INSTANCE_BOOT_TIMEOUT",
    platforms: ["linux"],
    about:
      "Seconds from an instance's start until its agent must have registered with Buildkite; then it is switched off. A long bootstrap script needs more. 0: 600, and 900 where git_mirror_seed_bucket is given.",
    checks: [
      whole(),
      {
        holds: (seconds) => or(eq(seconds, 0), bootTimeout.holds(seconds)),
        must: `${bootTimeout.must}, or 0`,
        bounds: { min: 0, max: 86400 },
      },
    ],
  }),
  enable_detailed_monitoring: flag({
    default: false,
    about: "Whether EC2 publishes metrics every minute in place of every five. It costs extra.",
  }),
  enable_nested_virtualization: flag({
    default: false,
    providerFrom: "6.33.0",
    about:
      "Whether virtual machines may run inside the instances. Only some types allow it, among them c8i, m8i and r8i.",
  }),
};
