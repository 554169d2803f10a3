import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { Testing } from "cdktf";
import { ModuleStack } from "../../../src/module/module-stack";
import { ElasticCiStack } from "../../../src/elastic-ci-stack/elastic-ci-stack";
import { everythingElse, everythingGiven } from "../../harness/alternatives";
import { type Configuration, configurations } from "../../harness/configurations";
import { props } from "../../harness/roots";
import { Workspace } from "../../harness/terraform";
import { type Evaluated, evaluate, PlainNames, word } from "../../harness/twin";

const workspaces: Workspace[] = [];

afterAll(() => {
  for (const workspace of workspaces) workspace.remove();
});

async function evaluated(synthesized: string, variables: Readonly<Record<string, unknown>>): Promise<Evaluated> {
  const workspace = await Workspace.create();
  workspaces.push(workspace);
  return evaluate(workspace, synthesized, variables);
}

const synthesizedModule = Testing.synth(
  new ModuleStack(Testing.app(), "module", elasticCiStack, { unlocked: [], absent: null }),
);

type Case = Pick<Configuration, "name" | "inputs" | "moduleOnly">;

const onX86 = {
  instance_types: "t3.large, t3a.large",
  pipeline_signing_jwks_parameter_store_path: "/ci/signing",
  root_volume_encrypted: true,
  root_volume_kms_key_id: "1234abcd-12ab-34cd-56ef-1234567890ab",
};

const cases: readonly Case[] = [
  ...configurations,
  { name: "every setting differs", inputs: everythingElse },
  { name: "everything is given", inputs: everythingGiven },
  { name: "every setting differs, on x86 and with a key set", inputs: { ...everythingElse, ...onX86 } },
];

function asModule({ inputs, moduleOnly }: Case): Promise<Evaluated> {
  const variables = JSON.stringify({ ...inputs, ...moduleOnly });
  const inWords = variables.replace(/"\$\{([a-z0-9_.]+)\}"/g, (_, address: string) => `"${word(address)}"`);
  return evaluated(synthesizedModule, JSON.parse(inWords) as typeof inputs);
}

function asConstruct({ inputs }: Case): Promise<Evaluated> {
  const stack = new PlainNames(Testing.app(), "construct");
  new ElasticCiStack(stack, "ci", props(inputs)).addOutputs();
  return evaluated(Testing.synth(stack), {});
}

const GROUP = "aws_autoscaling_group-agent_auto_scale_group[0]";

interface Judged {
  readonly depends_on?: readonly string[];
  readonly lifecycle?: { readonly precondition?: readonly { readonly condition: unknown }[] };
}

/**
 * Conditions that hold do nothing, and a construct leaves those out that it knows to hold. The group's are about inputs
 * that are references, which the module has as `validation` and which the words in their place cannot satisfy.
 */
function withoutMetConditions(all: Evaluated): Evaluated {
  const judged = Object.entries(all).map(([address, content]) => {
    const { lifecycle, depends_on: dependencies = [], ...resource } = content as Judged;
    const conditions = address === GROUP ? [] : (lifecycle?.precondition ?? []);
    const broken = conditions.filter(({ condition }) => condition !== true);
    const kept = { ...lifecycle, precondition: broken.length > 0 ? broken : undefined };
    return [address, { ...resource, dependencies, lifecycle: kept }] as const;
  });
  return Object.fromEntries(judged);
}

test.each(cases)("$name: module and construct come to the same resources and outputs", async (configuration) => {
  const [module, construct] = [await asModule(configuration), await asConstruct(configuration)];
  expect(Object.keys(module).length).toBeGreaterThan(30);
  expect(withoutMetConditions(construct)).toEqual(withoutMetConditions(module));
});
