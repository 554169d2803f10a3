import { type ElasticCiStackProps } from "../../src/elastic-ci-stack/props.generated";
import { synthesized } from "./synthesized";

type Props = Partial<ElasticCiStackProps>;
type Texts = Readonly<Record<string, string>>;

export function decoded(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}

/** The user data as an instance reads it. That of Linux is compressed by Terraform, which does not run here. */
export function userData(props: Props): string {
  const { only, locals } = synthesized(props);
  const content = only("aws_launch_template").user_data as string;
  if (props.instanceOperatingSystem === "windows") return decoded(content);
  if (content !== "${local.user_data}") throw new Error("The launch template takes its user data from elsewhere");
  const [, literal] = /^\$\{base64gzip\((".*")\)\}$/.exec(locals["user_data"] as string)!;
  return (JSON.parse(literal!) as string).replace(/([$%])\1\{/g, "$1{");
}

/** Where the settings stand in the user data, in base64. */
export const SETTINGS = {
  linux: /"content":"([A-Za-z0-9+/=]+)","encoding":"b64","path":"\/etc\/buildkite-elastic-ci-stack\/environment\.json"/,
  windows: /\$environmentJson = '([A-Za-z0-9+/=]+)'/,
};

export function settings(props: Props = {}): Texts {
  const system = props.instanceOperatingSystem ?? "linux";
  return JSON.parse(decoded(SETTINGS[system].exec(userData(props))![1]!)) as Texts;
}

/** The files that cloud-init writes. */
export function files(props: Props): readonly Texts[] {
  const config = JSON.parse(/#cloud-config\n(.*)\n/.exec(userData(props))![1]!) as { write_files: Texts[] };
  return config.write_files;
}
