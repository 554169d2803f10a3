import { imageInputs } from "../../harness/image/image-inputs";
import { hostileValues } from "../../harness/hostile-values";
import { type Arrival, type Injected, InjectedInputs, type Injection } from "../../harness/injected-inputs";
import { settings } from "../../harness/user-data";

/*
 * Every hostile value as every setting of an instance, on our own image, whose real functions judge and write them. What
 * is refused where all settings are hostile at once needs no second trial; everything else is tried by itself.
 */

interface Pair extends Injection {
  readonly how: string;
  readonly set: object;
}

/** Values that the image's kinds of free text take, and as which they can be found again. */
const samples: Readonly<Record<string, string>> = {
  word: "marker",
  item: "marker",
  line: "marker",
  list: "marker",
  bucket: "marker",
  parameter: "/marker",
  endpoint: "https://marker",
  source: "s3://marker",
  "settings-source": "ssm:/marker",
  sudo: "/marker",
};

const defaults = settings();
const names = Object.keys(defaults);
const kinds = new Map(imageInputs.map(({ name, kind }) => [name, kind]));
/** Undefined: no free text, but a number, a range or a word out of a list. */
const sampleOf = (name: string) => (kinds.has(name) ? samples[kinds.get(name)!] : "marker");
const goodOf = (name: string) => sampleOf(name) ?? defaults[name] ?? "";

const values = Object.entries(hostileValues);
const sets = values.flatMap(([how, value]) => [
  { how, inputs: new Map(names.map((name) => [name, value])) },
  // For rules that look at the beginning alone.
  {
    how: `${how}, behind what is right`,
    inputs: new Map([...kinds.keys()].map((name) => [name, goodOf(name) + value])),
  },
]);
const pairs = sets.flatMap((set): Pair[] =>
  [...set.inputs].map(([name, value]) => ({ set, how: set.how, name, value })),
);

let inputs: InjectedInputs;
let refused: Set<Pair>;
const outcomes = new Map<Pair, Injected>();
const baselines = new Map<string, Arrival>();

/** Pairs whose input is called wrong, and no other input with it, where all of the set are hostile. */
function judgedTogether(): Set<Pair> {
  const said = inputs.judge(sets.map((set) => set.inputs));
  const called = said.map((text) => [...text.matchAll(/^wrong input: (\w+) (?:must|has) /gm)].map(([, name]) => name!));
  const wrong = new Map<object, Set<string>>(sets.map((set, i) => [set, new Set(called[i])]));
  return new Set(pairs.filter(({ set, name }) => wrong.get(set)!.has(name)));
}

beforeAll(() => {
  inputs = new InjectedInputs();
  refused = judgedTogether();
  const others = pairs.filter((pair) => !refused.has(pair));
  inputs.run(others).forEach((outcome, i) => outcomes.set(others[i]!, outcome));
  const plain = ["NO_INPUT", ...names].map((name) => ({ name, value: sampleOf(name) ?? "" }));
  inputs.run(plain).forEach(({ said, arrival }, i) => {
    if (arrival === undefined) throw new Error(`${plain[i]!.name} is refused: ${said}`);
    baselines.set(plain[i]!.name, arrival);
  });
});
afterAll(() => inputs.remove());

/** What the instance must have of a value: the same as of the sample, with the value in its place, and nothing else. */
function expected({ name, value }: Pair): unknown {
  if (value === "") return baselines.get("NO_INPUT");
  const baseline = baselines.get(name)!;
  if (kinds.get(name) === "sudo") return { ...baseline, sudo: sudoRules(baseline.sudo, value) };
  if (name === "BUILDKITE_AGENT_TAGS")
    return { ...baseline, agents: baseline.agents.map((one) => withTags(one, value)) };
  return replaced(baseline, sampleOf(name)!, value);
}

function replaced(content: unknown, sample: string, value: string): unknown {
  return JSON.parse(JSON.stringify(content), (_, one: unknown) =>
    typeof one === "string" ? one.replaceAll(sample, () => value) : one,
  );
}

function withTags(agent: Arrival["agents"][number], value: string): unknown {
  const own = value.split(",").map((tag) => tag.replace(/^ +| +$/g, ""));
  return { ...agent, tags: [...(agent["tags"] as string[]).filter((tag) => tag !== "marker"), ...own.filter(Boolean)] };
}

/** One rule for each command; a backslash only takes a meaning of sudo's own away. */
function sudoRules(of: unknown, value: string): unknown {
  const commands = value.split(/(?<!\\),/).map((command) =>
    command
      .trim()
      .replace(/ +/g, " ")
      .replace(/\\([,:=#\\])/g, "$1"),
  );
  return commands.flatMap((command) => replaced(of, "/marker", command));
}

/** What is wrong with a pair, if anything. */
function fault(pair: Pair): string[] {
  const { said, arrival } = outcomes.get(pair)!;
  const complaint = (text: string) => [`${pair.how}: ${text}`];
  if (arrival === undefined) return new RegExp(`\\b${pair.name}\\b`).test(said) ? [] : complaint(`refused so: ${said}`);
  const isFree = sampleOf(pair.name) !== undefined || ["", goodOf(pair.name)].includes(pair.value);
  if (!isFree) return complaint("taken");
  const [is, shall] = [arrival, expected(pair)].map((one) => JSON.stringify(one));
  return is === shall ? [] : complaint(`${is} instead of ${shall}`);
}

test("there are more than 60 hostile values, and more than 10,000 pairs of them with settings", () => {
  expect(values.length).toBeGreaterThan(60);
  expect(pairs.length).toBeGreaterThan(10_000);
  expect([...kinds.keys()].filter((name) => !names.includes(name))).toEqual([]);
});

test.each(names)(
  "%s: each value is refused by the input's name, or arrives unchanged and changes nothing else",
  (name) => {
    const tried = [...outcomes.keys()].filter((pair) => pair.name === name);
    expect(tried.flatMap(fault)).toEqual([]);
  },
);

test("what is refused among others is refused by itself, and leaves nothing", () => {
  const sample = [...refused].filter((_, i) => i % 41 === 0);
  const alone = inputs.run(sample);
  expect(sample.length).toBeGreaterThan(100);
  expect(alone.flatMap(({ arrival }, i) => (arrival ? [sample[i]] : []))).toEqual([]);
  expect(alone.flatMap(({ said }, i) => (said.includes(sample[i]!.name) ? [] : [sample[i]]))).toEqual([]);
});

test("free text is really free: most values reach the queue, the tags and the signing key's id", () => {
  const taken = (name: string) => [...outcomes].filter(([pair, { arrival }]) => pair.name === name && arrival).length;
  for (const name of ["BUILDKITE_QUEUE", "BUILDKITE_AGENT_TAGS", "BUILDKITE_AGENT_SIGNING_KEY_ID"]) {
    expect([name, taken(name) > values.length]).toEqual([name, true]);
  }
});

test("nothing was executed that has no business, and no file is left behind", () => {
  expect(inputs.traces()).toEqual([]);
});
