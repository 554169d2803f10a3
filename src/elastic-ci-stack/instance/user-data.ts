import { readFileSync } from "node:fs";
import { type Platform, type VariableType } from "../../schema/row";
import { type StackContext } from "../context";
import { table } from "../inputs/table";
import { base64, base64gzip, jsonArray, jsonDocument } from "../../value/json";
import { field, join, mapItems } from "../../value/list";
import { text, toText, upper } from "../../value/text";
import { and, eq, isSet, known, not, type Operand, type Value, when } from "../../value/value";
import { type UserDataPart } from "../inputs/lifecycle";
import { type AgentToken } from "../secrets/agent-token";
import { STACK_VERSION } from "./image";
import { packaged } from "../../package";
import { type SecretsBucket } from "../secrets/secrets-bucket";
import { type SigningKey } from "../secrets/signing-key";

/** Everything that the settings of an instance are made of. */
export interface UserDataSources extends StackContext {
  readonly token: AgentToken;
  readonly signingKey: SigningKey;
  readonly secretsBucket: SecretsBucket;
}

/**
 * The launch template's user data in base64: static scripts, and the settings as one JSON document beside them.
 * EC2 limits its size. Cloud-init takes it compressed, Windows does not.
 */
export function userData(sources: UserDataSources): Value<string> {
  const isWindows = known(sources.facts.isWindows);
  if (isWindows) return isWindows.content ? base64(windows(sources)) : base64gzip(linux(sources));
  return when(sources.facts.isWindows, base64(windows(sources)), base64gzip(linux(sources)));
}

/** The settings: names as Buildkite's image expects them, every value as text. */
export function environment(sources: UserDataSources, platform: Platform): Record<string, Operand<string>> {
  const { inputs, names, account } = sources;
  const copied = table.names.flatMap((input): [string, Value<string>][] => {
    const { env, platforms, type, isSize } = table.row(input);
    if (env === undefined || platforms?.includes(platform) === false) return [];
    const content = asText(type, table.content(input, inputs));
    return [[env, isSize ? forSystemd(content) : content]];
  });
  const hasOwnRegion = and(isSet(inputs.artifactsBucket), isSet(inputs.artifactsBucketRegion));
  return {
    ...Object.fromEntries(copied),
    BUILDKITE_STACK_NAME: names.stack,
    BUILDKITE_STACK_VERSION: STACK_VERSION,
    BUILDKITE_STACK_DEPLOYED_BY: "terraform",
    BUILDKITE_SECRETS_BUCKET: sources.secretsBucket.name,
    BUILDKITE_SECRETS_BUCKET_REGION: sources.secretsBucket.region,
    BUILDKITE_S3_DEFAULT_REGION: when(hasOwnRegion, inputs.artifactsBucketRegion, account.region),
    BUILDKITE_AGENT_TOKEN_PATH: sources.token.path,
    BUILDKITE_AGENT_SIGNING_KMS_KEY: sources.signingKey.reference,
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    ASG_NAME: names.group,
    LIFECYCLE_HOOK_NAME: names.terminatingHook,
  };
}

/** A list has an item a line. */
function asText(type: VariableType, content: Value<unknown>): Value<string> {
  if (type === "list(string)") return join("\n", content as Value<readonly string[]>);
  return type === "string" ? (content as Value<string>) : toText(content as Value<number | boolean>);
}

/** systemd knows the unit of a size in upper case only, and infinity in lower case only. */
function forSystemd(size: Value<string>): Value<string> {
  return when(eq(size, "infinity"), size, upper(size));
}

const LIBRARY = "/usr/local/lib/buildkite-elastic-ci-stack";
const BOUNDARY = "==BUILDKITE-ELASTIC-CI-STACK==";
/** Without it the lists of the last cloud-config replace those of the ones before. */
const MERGE = "Merge-Type: list(append)+dict(no_replace,recurse_list)+str()\n";

/** Cloud-init runs boot.sh at every boot; the files are written at the first, and where one fails none after it. */
function linux(sources: UserDataSources): Value<string> {
  const { limitsJobs } = sources.facts;
  const script = (path: string, permissions: string, name: string, exists: Operand<boolean> = true) => ({
    exists,
    document: { path, permissions, content: staticScript("linux", name) },
  });
  const settings = {
    path: "/etc/buildkite-elastic-ci-stack/environment.json",
    permissions: "0600",
    encoding: "b64",
    content: base64(jsonDocument(environment(sources, "linux"))),
  };
  const files = jsonArray([
    script(`${LIBRARY}/instance.sh`, "0644", "instance.sh"),
    script(`${LIBRARY}/with-environment.sh`, "0755", "with-environment.sh"),
    script(`${LIBRARY}/drain-watcher.sh`, "0755", "drain-watcher.sh"),
    script(`${LIBRARY}/clear-last-job.sh`, "0755", "clear-last-job.sh"),
    script(`${LIBRARY}/liveness.sh`, "0755", "liveness.sh"),
    script(`${LIBRARY}/await-agent.sh`, "0755", "await-agent.sh"),
    script(`${LIBRARY}/allow-jobs.sh`, "0755", "allow-jobs.sh", limitsJobs),
    script(`${LIBRARY}/pre-bootstrap.py`, "0755", "pre-bootstrap.py", limitsJobs),
    script(`${LIBRARY}/pre-checkout.sh`, "0755", "pre-checkout.sh", limitsJobs),
    script("/etc/systemd/system/buildkite-drain-watcher.service", "0644", "buildkite-drain-watcher.service"),
    script("/etc/systemd/system/buildkite-liveness.service", "0644", "buildkite-liveness.service"),
    script("/etc/systemd/system/buildkite-liveness.timer", "0644", "buildkite-liveness.timer"),
    script(
      "/etc/systemd/system/refresh_authorized_keys.service.d/private.conf",
      "0644",
      "refresh-authorized-keys-private.conf",
    ),
    script("/etc/systemd/system/buildkite-agent.service.d/watched.conf", "0644", "buildkite-agent-watched.conf"),
    // The boot fails without the settings, so they come last: then no other file is missing.
    { exists: true, document: settings },
  ]);
  const cloudConfig = text`{"cloud_final_modules":[["scripts-user","always"]],"write_files":${files}}`;
  const part = (type: string, more = "") => `--${BOUNDARY}\nContent-Type: ${type}; charset="us-ascii"\n${more}\n`;
  const head = `Content-Type: multipart/mixed; boundary="${BOUNDARY}"\nMIME-Version: 1.0\n\n`;
  const { extraUserData } = sources.inputs;
  const config = text`${part("text/cloud-config", MERGE)}#cloud-config\n${cloudConfig}\n`;
  const own = text`${config}${part("text/x-shellscript")}${staticScript("linux", "boot.sh")}`;
  return text`${head}${extraParts(extraUserData, true)}${own}${extraParts(extraUserData, false)}--${BOUNDARY}--\n`;
}

/** The user's own parts that come before the stack's, or after. In base64, for only so may their text have any characters. */
function extraParts(parts: Value<readonly UserDataPart[]>, before: boolean): Value<string> {
  const head = text`Content-Transfer-Encoding: base64\n${MERGE}\n`;
  const written = mapItems<UserDataPart, string>(parts, (part) => {
    const isFirst = field(part, "before");
    const type = text`--${BOUNDARY}\nContent-Type: ${field(part, "content_type")}\n`;
    return when(before ? isFirst : not(isFirst), text`${type}${head}${base64(field(part, "content"))}\n`, "");
  });
  return join("", written);
}

function windows(sources: UserDataSources): Value<string> {
  const settings = base64(jsonDocument(environment(sources, "windows")));
  const watcher = base64(staticScript("windows", "drain-watcher.ps1"));
  const data = text`$environmentJson = '${settings}'\n$drainWatcher = '${watcher}'\n`;
  return text`<powershell>\n${data}${staticScript("windows", "boot.ps1")}</powershell>\n`;
}

/** A script as it stands in the package, without its comments. */
function staticScript(platform: Platform, name: string): string {
  const lines = readFileSync(packaged("userdata", platform, name), "utf8").split("\n");
  return `${lines.filter((line) => line.startsWith("#!") || !/^\s*(#|$)/.test(line)).join("\n")}\n`;
}
