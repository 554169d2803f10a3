import { atLeast, between, emptyOr, pattern, whole } from "../../schema/check";
import { kmsKey } from "../../schema/formats/texts";
import { choice, flag, number, text } from "../../schema/row";

export const storage = {
  root_volume_size: number({
    default: 250,
    about: "Size of the root volume in GiB.",
    checks: [atLeast(10), whole()],
  }),
  root_volume_name: text({
    default: "",
    about:
      "Device name of the root volume. It must be the image's own, else a second, unused volume is made. Empty: as the operating system has it.",
    checks: [emptyOr(pattern(/^\/dev\/[a-z0-9]+$/, "be a device, such as /dev/xvda"))],
  }),
  root_volume_type: choice(["gp2", "gp3", "io1", "io2", "st1", "sc1"], {
    default: "gp3",
    about: "EBS type of the root volume. EC2 cannot boot from st1 and sc1.",
  }),
  root_volume_throughput: number({
    default: 125,
    about:
      "Throughput of the root volume in MiB per second. Only gp3 has one. Above 1000 it needs AWS provider 6.17.0 or later.",
    checks: [atLeast(1), whole()],
  }),
  root_volume_iops: number({
    default: 3000,
    about: "Input and output operations of the root volume per second. Only gp3, io1 and io2 have a setting.",
    checks: [between(100, 64000), whole()],
  }),
  root_volume_encrypted: flag({
    default: true,
    about: "Whether the root volume is encrypted.",
  }),
  root_volume_kms_key_id: text({
    default: "",
    about:
      "KMS key of the root volume: its id or ARN. Auto Scaling's service-linked role must be allowed to use it. Empty: the account's default key for EBS.",
    checks: [emptyOr(kmsKey())],
  }),
  root_volume_delete_on_termination: flag({
    default: true,
    about: "Whether the root volume goes away with its instance. False leaves paid volumes behind.",
  }),
  enable_instance_storage: flag({
    default: false,
    env: "BUILDKITE_ENABLE_INSTANCE_STORAGE",
    platforms: ["linux"],
    about:
      "Whether NVMe instance storage is formatted and used for Docker, builds and git mirrors. Several devices become one RAID 0.",
  }),
};
