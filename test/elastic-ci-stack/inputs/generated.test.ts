import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type IResolvable } from "cdktf";
import { definitions } from "../../../src/definitions";
import { elasticCiStack } from "../../../src/elastic-ci-stack/definition";
import { IMAGE_INPUTS, imageInputsSource } from "../../../src/generate/image-inputs";
import { propsSource } from "../../../src/generate/props";
import { withTables } from "../../../src/generate/readme";
import { inputTables } from "../../../src/schema/documentation";
import { type ElasticCiStackProps } from "../../../src/elastic-ci-stack/props.generated";
import { type Row } from "../../../src/schema/row";
import { type InputName, type InputRows, table } from "../../../src/elastic-ci-stack/inputs/table";
import { type Camel, camel } from "../../../src/schema/table";

/*
 * The lock: the generated interface says exactly what the table says. It fails in `npm run typecheck`.
 */
interface UserDataPart {
  readonly contentType: string;
  readonly content: string;
  readonly before?: boolean | IResolvable;
}
type Prop<R> = R extends Row<infer T> ? (T extends boolean ? boolean | IResolvable : T) : never;
type CommaSeparated = Extract<
  InputName,
  | "instance_types"
  | "availability_zones"
  | "buildkite_agent_tags"
  | "buildkite_agent_experiments"
  | "buildkite_additional_sudo_permissions"
  | "instance_role_tags"
>;
type Expected = {
  readonly [K in InputName as Camel<K>]?: K extends CommaSeparated
    ? string | readonly string[]
    : K extends "extra_user_data"
      ? readonly UserDataPart[]
      : Prop<InputRows[K]>;
};
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the known way to compare two types
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Flat<T> = { [K in keyof T]: T[K] };
const locked: Same<Flat<ElasticCiStackProps>, Flat<Expected>> = true;

const root = join(__dirname, "../../..");
const REPAIR = "It is out of date: run `npm run generate`.";

function read(...path: string[]): string {
  return readFileSync(join(root, ...path), "utf8");
}

/** A failure whose first line says what to do. */
function compare(file: string, actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`${file}: ${REPAIR}`);
}

let source: string;
beforeAll(async () => {
  source = await propsSource(elasticCiStack.schema);
});

test("the generated props say what the table says", () => {
  expect(locked).toBe(true);
});

test.each(definitions)("the generated props of $name are those of its table", async ({ name, schema }) => {
  const path = ["src", name, "props.generated.ts"];
  compare(path.join("/"), read(...path), await propsSource(schema));
});

test("the image's list of inputs is that of the table", () => {
  compare(IMAGE_INPUTS.join("/"), read(...IMAGE_INPUTS), imageInputsSource(table));
});

test("every kind in that list is one that the image knows", () => {
  const [folder, file] = IMAGE_INPUTS;
  const known = [...read(folder, "inputs.sh").matchAll(/^ {4}([a-z0-9-]+)(:\*)?\)/gm)].map(([, kind]) => kind!);
  const kinds = [...read(folder, file).matchAll(/^ {2}input '?([a-z0-9-]+)/gm)].map(([, kind]) => kind!);
  expect(kinds.length).toBeGreaterThan(50);
  expect(kinds.filter((kind) => !["line", "list", "sudo", ...known].includes(kind))).toEqual([]);
});

test("the README's tables are those of the table", () => {
  compare("README.md", read("README.md"), withTables(read("README.md"), elasticCiStack));
});

test("every prop has its hover text with its default", () => {
  const documented = [...source.matchAll(/ \* @default .*\n(?: {3}\* .*\n)* {3}\*\/\n {2}readonly (\w+)\?:/g)].map(
    ([, prop]) => prop,
  );
  expect(documented).toEqual(table.names.map(camel));
});

test("hover texts name other inputs as props, tables name them as variables", () => {
  expect(source).toContain("raise `buildkiteAgentTokenVersion`");
  expect(inputTables(table)).toContain("raise `buildkite_agent_token_version`");
});

test("the one inert input is marked as deprecated, with the reason", () => {
  expect(source.match(/@deprecated .*/g)).toEqual([
    "@deprecated AgentScaler is deployed as a plain function; the serverless application is no longer used.",
  ]);
});

test("the tables have a heading for each section and a row for each input, in order", () => {
  const tables = inputTables(table);
  expect([...tables.matchAll(/^### (.*)$/gm)].map(([, title]) => title)).toEqual(
    table.sections.map(({ title }) => title),
  );
  expect([...tables.matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map(([, input]) => input)).toEqual(table.names);
});

test("every table row has exactly four cells", () => {
  const rows = inputTables(table)
    .split("\n")
    .filter((line) => line.startsWith("| "));
  expect(rows.filter((row) => row.replaceAll("\\|", "").split("|").length !== 6)).toEqual([]);
});

describe("only what stands between the markers is replaced", () => {
  const outputs = "<!-- outputs --><!-- /outputs -->";

  test("text around them stays", () => {
    const readme = withTables(`before\n<!-- inputs -->stale text<!-- /inputs -->\nafter\n${outputs}`, elasticCiStack);
    expect(readme.startsWith("before\n<!-- inputs -->\n")).toBe(true);
    expect(readme).toContain("\n<!-- /inputs -->\nafter\n");
    expect(readme).not.toContain("stale text");
  });

  test("a second time changes nothing", () => {
    const once = withTables(`<!-- inputs --><!-- /inputs -->${outputs}`, elasticCiStack);
    expect(withTables(once, elasticCiStack)).toBe(once);
  });

  test.each([["none"], ["<!-- /inputs --><!-- inputs -->"], ["<!-- inputs -->"]])(
    "%s: missing markers are named",
    (readme) => {
      expect(() => withTables(readme, elasticCiStack)).toThrow(
        "README.md needs the markers <!-- inputs --> and <!-- /inputs -->, in this order",
      );
    },
  );
});
