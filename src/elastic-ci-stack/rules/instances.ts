import { some, splitTrimmed } from "../../value/list";
import { matches } from "../../value/text";
import { and, eq, gte, isSet, not, or, times, type Value } from "../../value/value";
import { ARM_INSTANCE_TYPE } from "../../aws/instance-types";
import { usesImageParameter, hasArmTypesOnly, isWindows } from "../facts";
import { table, type InputName, type Inputs, type InputRule } from "../inputs/table";

function someArm({ instanceTypes }: Inputs): Value<boolean> {
  return some(splitTrimmed(",", instanceTypes), (type) => matches(ARM_INSTANCE_TYPE, type));
}

const images: readonly InputRule[] = [
  {
    on: "instance_types",
    holds: (inputs) => or(hasArmTypesOnly(inputs), not(someArm(inputs))),
    message:
      "{instance_types=}, which mixes ARM and x86 processors. One image serves all instances of a stack: " +
      "give types of one architecture and make a second stack for the other.",
  },
  {
    on: "instance_operating_system",
    holds: (inputs) => not(and(isWindows(inputs), someArm(inputs))),
    message:
      "{instance_operating_system=}, but {instance_types=}. Windows does not run on ARM instances: give x86 types.",
  },
  {
    on: "linux_distribution",
    holds: (inputs) =>
      or(
        not(eq(inputs.linuxDistribution, "ubuntu2404")),
        isWindows(inputs),
        isSet(inputs.imageId),
        usesImageParameter(inputs),
      ),
    message:
      "{linux_distribution=}, for which no image is published here. Give {image_id} or {image_id_parameter} with it.",
  },
  {
    on: "use_image_id_parameter",
    holds: (inputs) => or(not(inputs.useImageIdParameter), isSet(inputs.imageIdParameter)),
    message: "{use_image_id_parameter=}, but {image_id_parameter} is empty. Give {image_id_parameter}.",
  },
];

/** A limit of one volume type. */
function ofVolume(
  type: "gp3" | "io1" | "io2",
  on: InputRule["on"],
  holds: InputRule["holds"],
  message: string,
): InputRule {
  return { on, holds: (inputs) => or(not(eq(inputs.rootVolumeType, type)), holds(inputs)), message };
}

/** The most IOPS that EBS provisions per GiB. */
function iopsPerGib(type: "gp3" | "io1" | "io2", most: number): InputRule {
  return ofVolume(
    type,
    "root_volume_iops",
    (inputs) => gte(times(inputs.rootVolumeSize, most), inputs.rootVolumeIops),
    `{root_volume_iops=}, but {root_volume_size=}. A volume of type ${type} takes at most ${most} operations for each GiB.`,
  );
}

const volumes: readonly InputRule[] = [
  {
    on: "root_volume_type",
    holds: ({ rootVolumeType }) => not(or(eq(rootVolumeType, "st1"), eq(rootVolumeType, "sc1"))),
    message: "{root_volume_type=}, which EC2 cannot boot from. Use gp3, gp2, io1 or io2.",
  },
  ofVolume(
    "gp3",
    "root_volume_iops",
    ({ rootVolumeIops }) => gte(rootVolumeIops, 3000),
    "{root_volume_iops=}, but a volume of type gp3 has at least 3000.",
  ),
  iopsPerGib("gp3", 500),
  iopsPerGib("io1", 50),
  iopsPerGib("io2", 1000),
  ofVolume(
    "gp3",
    "root_volume_throughput",
    ({ rootVolumeThroughput: throughput }) => and(gte(throughput, 125), gte(2000, throughput)),
    "{root_volume_throughput=}, but a volume of type gp3 has 125 to 2000 MiB per second.",
  ),
  ofVolume(
    "gp3",
    "root_volume_throughput",
    ({ rootVolumeThroughput, rootVolumeIops }) => gte(rootVolumeIops, times(rootVolumeThroughput, 4)),
    "{root_volume_throughput=}, but {root_volume_iops=}. A volume of type gp3 needs 4 operations for each MiB per second.",
  ),
  {
    on: "root_volume_kms_key_id",
    holds: (inputs) => or(inputs.rootVolumeEncrypted, not(isSet(inputs.rootVolumeKmsKeyId))),
    message: "{root_volume_kms_key_id=}, but {root_volume_encrypted=}. Encrypt the volume or leave the key out.",
  },
];

const LISTS_OF_JOBS = ["allowed_pipelines", "allowed_repositories", "allowed_branches", "allowed_plugins"] as const;

/** Refused rather than warned about: nothing would enforce the limit. */
function onLinux(on: InputName, limits: (inputs: Inputs) => Value<boolean>, without: string): InputRule {
  return {
    on,
    holds: (inputs) => or(not(limits(inputs)), not(isWindows(inputs))),
    message: `{${on}=}, but {instance_operating_system=}, where agents do not check their jobs. Use Linux or ${without}.`,
  };
}

const jobs = [
  ...LISTS_OF_JOBS.map((on) =>
    onLinux(on, (inputs) => isSet(table.content(on, inputs) as Value<readonly string[]>), "leave the list empty"),
  ),
  onLinux("allowed_pull_requests", (inputs) => not(eq<string>(inputs.allowedPullRequests, "any")), "leave it at any"),
];

const userData: InputRule = {
  on: "extra_user_data",
  holds: (inputs) => or(not(isSet(inputs.extraUserData)), not(isWindows(inputs))),
  message:
    "{extra_user_data} is given, but {instance_operating_system=}, whose user data is one script. " +
    "Leave {extra_user_data} empty and use {bootstrap_script_url}.",
};

export const instanceRules: readonly InputRule[] = [...images, ...volumes, ...jobs, userData];
