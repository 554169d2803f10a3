import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsDefaultTags } from "@cdktf/provider-aws/lib/data-aws-default-tags";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsService } from "@cdktf/provider-aws/lib/data-aws-service";
import { type TerraformElement, TerraformStack, Testing } from "cdktf";
import { type Node } from "constructs";
import { type ElasticCiStackProps } from "../../src/elastic-ci-stack/props.generated";
import { ElasticCiStack } from "../../src/elastic-ci-stack/elastic-ci-stack";

/** What AWS would answer to the stack's questions about where it is. */
export interface Place {
  readonly id: string;
  readonly partition: string;
  readonly dnsSuffix: string;
  readonly region: string;
}

export const VIRGINIA: Place = {
  id: "123456789012",
  partition: "aws",
  dnsSuffix: "amazonaws.com",
  region: "us-east-1",
};
export const GOVCLOUD: Place = { ...VIRGINIA, partition: "aws-us-gov", region: "us-gov-west-1" };
export const BEIJING: Place = { ...VIRGINIA, partition: "aws-cn", dnsSuffix: "amazonaws.com.cn", region: "cn-north-1" };

/** A piece of Terraform's JSON syntax, whatever it is. */

export type Body = any;
type Bodies = Readonly<Record<string, Body>>;

/** One ElasticCiStack of a TypeScript program, as Terraform gets it. Resources bear the construct's ids. */
export interface Synthesized {
  readonly ci: ElasticCiStack;
  readonly text: string;
  /** Resources of a type by their names; none where the type does not occur. */
  readonly all: (type: string) => Bodies;
  /** The only resource of a type. */
  readonly only: (type: string) => Body;
  readonly data: (type: string) => Bodies;
  readonly locals: Bodies;
  readonly outputs: Bodies;
  readonly types: readonly string[];
}

/** Addresses without the path and hash that cdktf adds. */
class PlainStack extends TerraformStack {
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return "node" in element ? element.node.id : element.id;
  }
}

export const TOKEN = "token-that-nobody-may-see";

const made = new Map<string, Synthesized>();

/** The stack in a place. Account, partition and region are known, so that everything but references to resources is. */
export function synthesized(props: Partial<ElasticCiStackProps> = {}, place = VIRGINIA): Synthesized {
  const key = JSON.stringify([props, place]);
  const known = made.get(key) ?? synthesize(props, place);
  made.set(key, known);
  return known;
}

function synthesize(props: Partial<ElasticCiStackProps>, place: Place): Synthesized {
  const stack = new PlainStack(Testing.app(), "stack");
  // A suffix alone would be that of an adopted stack, whose role keeps rights of before.
  const names = { stackNameSuffix: "0a1b2c3d", keepOriginalRights: false };
  const given: ElasticCiStackProps = { buildkiteAgentToken: TOKEN, ...names, ...props };
  const ci = standingIn(place, () => new ElasticCiStack(stack, "ci", given));
  ci.addOutputs();
  return read(ci, Testing.synth(stack));
}

function read(ci: ElasticCiStack, text: string): Synthesized {
  const { resource, data, locals, output } = JSON.parse(text) as Readonly<Record<string, Record<string, Bodies>>>;
  const all = (type: string) => resource?.[type] ?? {};
  return {
    ci,
    text,
    all,
    only: (type) => {
      const found = Object.entries(all(type));
      if (found.length !== 1)
        throw new Error(`${type} occurs ${String(found.length)} times: ${String(found.map(([name]) => name))}`);
      return found[0]![1];
    },
    data: (type) => data?.[type] ?? {},
    locals: locals ?? {},
    outputs: output ?? {},
    types: Object.keys(resource ?? {}),
  };
}

/** Nobody answers data sources at synth, so the place's values stand in for what these read. */
function standingIn<T>(place: Place, make: () => T): T {
  const answers: readonly (readonly [object, string, unknown])[] = [
    [DataAwsCallerIdentity.prototype, "accountId", place.id],
    [DataAwsPartition.prototype, "partition", place.partition],
    [DataAwsPartition.prototype, "dnsSuffix", place.dnsSuffix],
    [DataAwsService.prototype, "region", place.region],
    [DataAwsDefaultTags.prototype, "tags", {}],
  ];
  const spies = answers.map(([prototype, attribute, answer]) =>
    jest.spyOn(prototype as Record<string, unknown>, attribute, "get").mockReturnValue(answer),
  );
  try {
    return make();
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** Inputs that together make one of everything. */
export const EVERYTHING: Partial<ElasticCiStackProps> = {
  agentEnvFileUrl: "ssm:/ci/env",
  artifactsBucket: "artifacts-of-ours",
  authorizedUsersUrl: "s3://keys-of-ours/authorized_keys",
  bootstrapScriptUrl: "s3://scripts-of-ours/boot.sh",
  buildkiteAgentEnableGitMirrors: true,
  buildkiteAgentEnableGracefulShutdown: true,
  buildkiteAgentTokenParameterStoreKmsKey: "00000000-1111-2222-3333-444444444444",
  ecrAccessPolicy: "poweruser-pullthrough",
  enableEc2LogRetentionPolicy: true,
  enableScheduledScaling: true,
  gitMirrorSeedBucket: "seeds-of-ours",
  instanceRolePermissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
  managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  pipelineSigningKmsKeySpec: "ECC_NIST_P256",
  pipelineVerificationJwksParameterStorePath: "/ci/verification",
  scalerEnableElasticCiMode: true,
  scalerManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  sshIngressCidrBlocks: ["10.1.0.0/16"],
  vpcEndpoints: ["s3", "ssm"],
};

/** One statement of a policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The statements of a policy document. A reference to a resource shows as its address. */
export function statements(policy: string): readonly PolicyStatement[] {
  if (!policy.startsWith("${")) return (JSON.parse(policy) as { Statement: PolicyStatement[] }).Statement;
  const list = policy.slice(policy.indexOf("jsonencode(") + "jsonencode(".length, policy.lastIndexOf(")}"));
  const json = list.replace(/"(?:\\.|[^"\\])*"| = |[a-z_][\w.]*/g, (token) => {
    if (token === " = ") return ":";
    return token.startsWith('"') ? token : JSON.stringify(token);
  });
  return JSON.parse(json) as PolicyStatement[];
}

/** A policy's statement by its id. */
export function statement(policy: string, sid: string): PolicyStatement | undefined {
  return statements(policy).find(({ Sid }) => Sid === sid);
}

export function actions(policy: string): readonly string[] {
  return statements(policy).flatMap(({ Action }) => Action);
}
