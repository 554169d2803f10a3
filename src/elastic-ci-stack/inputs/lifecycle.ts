import { type Check, emptyOr } from "../../schema/check";
import { oneLine, url } from "../../schema/formats/texts";
import { flag, objects, text } from "../../schema/row";
import { contains, every, field } from "../../value/list";
import { length } from "../../value/text";
import { gt } from "../../value/value";

/** A part of a Linux instance's user data. */
export interface UserDataPart {
  readonly content_type: string;
  readonly content: string;
  readonly before: boolean;
}

/** What cloud-init takes for a part. Scripts per boot or per instance are not among them: the stack runs cloud-init's user scripts only. */
const CONTENT_TYPES = [
  "text/x-shellscript",
  "text/cloud-config",
  "text/cloud-boothook",
  "text/jinja2",
  "text/part-handler",
  "text/x-include-url",
  "text/x-include-once-url",
] as const;

const partsOfKnownTypes: Check<readonly UserDataPart[]> = {
  holds: (parts) => every(parts, (part) => contains<string>(CONTENT_TYPES, field(part, "content_type"))),
  must: `have in each item a content type that is one of ${CONTENT_TYPES.join(", ")}`,
};

const partsWithContent: Check<readonly UserDataPart[]> = {
  holds: (parts) => every(parts, (part) => gt(length(field(part, "content")), 0)),
  must: "have in each item a content that is not empty",
};

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
  extra_user_data: objects<UserDataPart>(
    { content_type: { type: "string" }, content: { type: "string" }, before: { type: "bool", default: false } },
    {
      default: [],
      platforms: ["linux"],
      about:
        "Parts of your own in the instances' user data: the MIME type by which cloud-init knows each, its content, and whether it comes before the stack's own part, else after it. " +
        "Scripts run as root at every boot, and one that fails counts as a failed boot; of cloud-init's last stage nothing but scripts runs. Lists in a cloud-config add to the stack's own. " +
        "All user data together may have 16,384 bytes, compressed. Whoever may describe instances or launch templates can read it: no place for secrets.",
      checks: [partsOfKnownTypes, partsWithContent],
    },
  ),
  mount_tmpfs_at_tmp: flag({
    default: true,
    env: "BUILDKITE_MOUNT_TMPFS_AT_TMP",
    platforms: ["linux"],
    about: "Whether /tmp lies in memory. Otherwise it lies on the root volume.",
  }),
};
