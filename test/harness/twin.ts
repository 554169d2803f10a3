/*
 * A synthesized configuration without AWS: each resource becomes plain data that Terraform evaluates, and each reference to what AWS
 * would answer becomes a word. So two configurations can be compared by what they say, however they say it.
 */
import { type TerraformElement, TerraformStack } from "cdktf";
import { type Node } from "constructs";
import { type Workspace } from "./terraform";

interface Synthesized {
  readonly variable?: Readonly<Record<string, Body>>;
  readonly locals?: Body;
  readonly output?: Readonly<Record<string, Body>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Body>>>>;
}

type Body = Readonly<Record<string, unknown>>;

/** What Terraform evaluated: one entry for each instance of each resource, by address. */
export type Evaluated = Readonly<Record<string, unknown>>;

/** A stack whose addresses are the constructs' own ids, as in the module. */
export class PlainNames extends TerraformStack {
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return "node" in element ? element.node.id : element.id;
  }
}

/** Answers that must be more than a word. All others are their own address in angle brackets. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  "data.aws_caller_identity.current.account_id": "123456789012",
  "data.aws_partition.current.partition": "aws",
  "data.aws_partition.current.dns_suffix": "amazonaws.com",
  "data.aws_service.ec2.region": "us-east-1",
  "data.aws_default_tags.current.tags": { Fleet: "builders" },
  "data.aws_availability_zones.available.names": ["us-east-1a", "us-east-1b", "us-east-1c"],
  "data.aws_autoscaling_groups.same_name.names": ["<another group>"],
  "data.aws_autoscaling_group.live.min_size": 3,
};

const REFERENCE = /\b((?:data\.)?aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)(?:\[0\])?\.([a-z_]+)/g;

/** The word for a reference, such as `aws_vpc.existing.id`. */
export function word(address: string): string {
  return `<${address}>`;
}

export async function evaluate(workspace: Workspace, synthesized: string, variables: Body): Promise<Evaluated> {
  workspace.write("main.tf.json", twin(JSON.parse(synthesized) as Synthesized));
  workspace.variables(variables);
  const { resource_changes } = await workspace.plan();
  const instances = resource_changes.map(
    ({ name, index = 0, change }) => [`${name}[${index}]`, withoutNulls(change.after?.["input"]) as Body] as const,
  );
  const addresses = new Set(resource_changes.map(({ name }) => name));
  // Terraform keeps no output that is null, and cdktf writes none.
  const present = instances.filter(([name, body]) => !name.startsWith("output-") || "value" in body);
  return Object.fromEntries(present.map(([name, body]) => [name, withoutLooseEnds(body, addresses)]));
}

/** To depend on what does not exist means nothing. */
function withoutLooseEnds(body: Body, addresses: ReadonlySet<string>): Body {
  const { depends_on, ...rest } = body;
  if (depends_on === undefined) return body;
  const exists = (address: string) => addresses.has(address.replace(".", "-"));
  return { ...rest, depends_on: (depends_on as readonly string[]).filter(exists) };
}

function twin({ variable = {}, locals = {}, output = {}, resource = {}, data = {} }: Synthesized): object {
  const resources = Object.entries(resource).flatMap(([type, all]) =>
    Object.entries(all).map((one) => dataOnly(type, one)),
  );
  const sources = Object.entries(data).flatMap(([type, all]) =>
    Object.entries(all).map((one) => dataOnly(`data-${type}`, one)),
  );
  const outputs = Object.entries(output).map(
    ([name, { value }]) => [`output-${name}`, { input: { value: plain(value) } }] as const,
  );
  const declared = Object.entries(variable).map(([name, body]) => [name, { ...body, validation: [] }] as const);
  return {
    ...(declared.length > 0 && { variable: Object.fromEntries(declared) }),
    locals: plain(locals),
    resource: { terraform_data: Object.fromEntries([...resources, ...sources, ...outputs]) },
  };
}

function dataOnly(
  type: string,
  [name, { count, for_each, ...body }]: readonly [string, Body],
): readonly [string, Body] {
  const repeated = {
    ...(count !== undefined && { count: plain(count) }),
    ...(for_each !== undefined && { for_each: plain(for_each) }),
  };
  return [`${type}-${name}`, { ...repeated, input: plain(body) }];
}

function plain(content: unknown): unknown {
  if (typeof content === "string") return content.includes("${") ? withWords(content) : content;
  if (typeof content !== "object" || content === null) return content;
  if (Array.isArray(content)) return content.map(plain);
  const { dynamic = {}, ...rest } = content as Body & { readonly dynamic?: Readonly<Record<string, Dynamic>> };
  const blocks = Object.entries(dynamic).map(([name, { for_each, content: each }]) => {
    const items = `[for item in ${hcl(plain(for_each))} : {value = item}]`;
    return [name, `\${[for ${name} in ${items} : ${hcl(plain(each))}]}`] as const;
  });
  return Object.fromEntries([...Object.entries(rest).map(([key, item]) => [key, plain(item)] as const), ...blocks]);
}

interface Dynamic {
  readonly for_each: unknown;
  readonly content: unknown;
}

/** JSON syntax as an expression of the native syntax. */
function hcl(content: unknown): string {
  if (typeof content === "string")
    return /^\$\{.*\}$/s.test(content) ? `(${content.slice(2, -1)})` : JSON.stringify(content);
  if (typeof content !== "object" || content === null) return String(content);
  if (Array.isArray(content)) return `[${content.map(hcl).join(", ")}]`;
  return `{${Object.entries(content)
    .map(([key, item]) => `${JSON.stringify(key)} = ${hcl(item)}`)
    .join(", ")}}`;
}

function withWords(template: string): string {
  const words = template.replace(REFERENCE, (_, address: string, attribute: string) => {
    const name = `${address}.${attribute}`;
    return JSON.stringify(ANSWERS[name] ?? word(name));
  });
  return words.replaceAll("path.module", '"<path.module>"').replace(ASSET, "assets/$1");
}

/** An asset's path holds the whole path of its construct, which differs between the two modes. */
const ASSET = /assets\/[^/"\\]+\/[0-9A-F]{32}\/([A-Za-z0-9._-]+)/g;

/** An argument that is null is one that was left out; so is a block that occurs no times. */
function withoutNulls(content: unknown): unknown {
  if (typeof content !== "object" || content === null) return content;
  if (Array.isArray(content)) return content.map(withoutNulls);
  const present = Object.entries(content).filter(
    ([, item]) => item !== null && !(Array.isArray(item) && item.length === 0),
  );
  return Object.fromEntries(present.map(([key, item]) => [key, withoutNulls(item)]));
}
