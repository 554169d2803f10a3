import type { Emulator } from "../../test/harness/emulator";
import { PACKAGES_BUCKET } from "./packages";

/** The deployed resources: all that exist, without the demo's own bucket and AWS managed keys. */
export async function deployedResources(emulator: Emulator): Promise<string[]> {
  const query = "Aliases[?starts_with(AliasName, 'alias/aws/') && TargetKeyId].TargetKeyId";
  const call = { service: "kms", operation: "list_aliases", region: emulator.region, query };
  const [keys] = (await emulator.calls([call])) as [string[]];
  const others = [`aws_s3_bucket ${PACKAGES_BUCKET}`, ...keys.map((id) => `aws_kms_key ${id}`)];
  return (await emulator.resources()).filter((line) => !others.includes(line));
}
