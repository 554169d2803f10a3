import { emptyOr } from "../../schema/check";
import { oneLine, url } from "../../schema/formats/texts";
import { flag, text } from "../../schema/row";

export const lifecycle = {
  buildkite_terminate_instance_after_job: flag({
    default: false,
    env: "BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB",
    about: "Whether an instance runs a single job and then terminates.",
  }),
  buildkite_terminate_instance_on_disk_full: flag({
    default: false,
    env: "BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL",
    platforms: ["linux"],
    about: "Whether an instance whose disk stays full terminates. Otherwise the job fails and the instance goes on.",
  }),
  buildkite_purge_builds_on_disk_full: flag({
    default: false,
    env: "BUILDKITE_PURGE_BUILDS_ON_DISK_FULL",
    platforms: ["linux"],
    about: "Whether build directories are deleted as the last means against a full disk.",
  }),
  buildkite_additional_sudo_permissions: text({
    default: "",
    env: "BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS",
    imageKind: "sudo",
    platforms: ["linux"],
    commaSeparated: true,
    about:
      "Commands that jobs may run as root without a password: absolute paths between commas. ALL gives every job the machine.",
    checks: [oneLine()],
  }),
  buildkite_windows_administrator: flag({
    default: true,
    env: "BUILDKITE_WINDOWS_ADMINISTRATOR",
    platforms: ["windows"],
    about: "Whether the agent's user belongs to the local Administrators.",
  }),
  bootstrap_script_url: text({
    default: "",
    env: "BUILDKITE_ELASTIC_BOOTSTRAP_SCRIPT",
    imageKind: "source",
    about:
      "Where to fetch a script that runs with full rights before the agent starts. Schemes: s3://, https://, file://. The instance role must be allowed to read it.",
    checks: [emptyOr(url("s3://", "https://", "file://"))],
  }),
  mount_tmpfs_at_tmp: flag({
    default: true,
    env: "BUILDKITE_MOUNT_TMPFS_AT_TMP",
    platforms: ["linux"],
    about: "Whether /tmp lies in memory. Otherwise it lies on the root volume.",
  }),
};
