import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const repository = resolve(__dirname, "..");

interface Import {
  readonly from: string;
  /** A file by its path in the repository, or a package as it is written. */
  readonly to: string;
  readonly names: readonly string[];
  readonly isTypeOnly: boolean;
}

function filesIn(folder: string): string[] {
  if (!existsSync(join(repository, folder))) return [];
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (["node_modules", "cdktf.out"].includes(entry.name)) return [];
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function importsOf(from: string): Import[] {
  const source = ts.createSourceFile(from, readFileSync(join(repository, from), "utf8"), ts.ScriptTarget.ES2022, true);
  const found: Import[] = [];
  const add = (specifier: string, names: readonly string[], isTypeOnly: boolean) =>
    found.push({ from, to: target(from, specifier), names, isTypeOnly });
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(textOf(node.moduleSpecifier), namesOf(node), isTypeOnly(node));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      add(textOf(node.moduleSpecifier), [], node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(textOf(node.argument.literal), [], true);
    else if (ts.isCallExpression(node) && isLoading(node)) add(textOf(node.arguments[0]!), [], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string {
  return (node as ts.StringLiteral).text;
}

function isLoading({ expression, arguments: [first] }: ts.CallExpression): boolean {
  const loads = expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText() === "require";
  return loads && first !== undefined && ts.isStringLiteral(first);
}

function elementsOf({ importClause }: ts.ImportDeclaration): readonly ts.ImportSpecifier[] {
  const bindings = importClause?.namedBindings;
  return bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
}

/** The names that are imported; `*` for all of them. */
function namesOf(node: ts.ImportDeclaration): string[] {
  const bindings = node.importClause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) return ["*"];
  return elementsOf(node).map(({ name, propertyName }) => (propertyName ?? name).text);
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  const elements = elementsOf(node);
  if (node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return (
    node.importClause?.name === undefined && elements.length > 0 && elements.every((element) => element.isTypeOnly)
  );
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = resolve(repository, dirname(from), specifier);
  const found = [path, `${path}.ts`, `${path}/index.ts`].find(
    (candidate) => existsSync(candidate) && statSync(candidate).isFile(),
  );
  return relative(repository, found ?? path);
}

const sources = [...filesIn("src"), ...filesIn("lambda")].filter((path) => path.endsWith(".ts"));
const imports = sources.flatMap(importsOf);

/** A folder below src, the name of a file in src itself, or the folder at the top. */
function partOf(path: string): string {
  const [top, second = ""] = path.split("/");
  return top === "src" ? second.replace(/\.ts$/, "") : top!;
}

/** A folder with a definition is a construct. */
const constructs = readdirSync(join(repository, "src")).filter((name) =>
  existsSync(join(repository, "src", name, "definition.ts")),
);
const ofConstruct = ["aws", "schema", "value", "package"];

/** Who may import whom within src, besides itself. No construct knows another one. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  index: [...constructs, "schema"],
  main: ["elastic-ci-stack", "module"],
  cli: ["definitions", "module", "schema", "package"],
  generate: ["definitions", "elastic-ci-stack", "schema", "package"],
  definitions: [...constructs, "schema"],
  // What makes a module of one construct makes one of any.
  module: ["schema", "value", "package"],
  ...Object.fromEntries(constructs.map((name) => [name, ofConstruct])),
  aws: ["schema", "value", "package"],
  schema: ["value"],
  value: [],
  package: [],
};

const shown = ({ from, to }: Import) => `${from} imports ${to}`;
const withinSrc = imports.filter(({ from, to }) => from.startsWith("src/") && to.startsWith("src/"));

test.each(Object.keys(allowed))("src/%s imports nothing but what lies below it", (part) => {
  const permitted = [part, ...allowed[part]!];
  const wrong = withinSrc.filter(({ from, to }) => partOf(from) === part && !permitted.includes(partOf(to)));
  expect(wrong.map(shown)).toEqual([]);
});

test("every part of src has its place in the order", () => {
  expect(sources.filter((path) => path.startsWith("src/") && !(partOf(path) in allowed))).toEqual([]);
});

test.each(["src", "lambda"])(
  "%s imports nothing of this repository from outside, but for the types of configurations",
  (folder) => {
    const isOurs = (to: string) => /^[a-z.]+\//.test(to) && existsSync(join(repository, to));
    const outward = imports.filter(
      ({ from, to }) => from.startsWith(`${folder}/`) && isOurs(to) && !to.startsWith(`${folder}/`),
    );
    const isConfiguration = ({ to, isTypeOnly }: Import) => isTypeOnly && /^lambda\/[a-z-]+\/config\.ts$/.test(to);
    expect(outward.filter((one) => folder === "lambda" || !isConfiguration(one)).map(shown)).toEqual([]);
  },
);

test("a function imports nothing from another one", () => {
  const folder = (path: string) => path.split("/")[1]!.replace(/\.ts$/, "");
  const wrong = imports.filter(
    ({ from, to }) =>
      to.startsWith("lambda/") && from.startsWith("lambda/") && ![folder(from), "shared"].includes(folder(to)),
  );
  expect(wrong.map(shown)).toEqual([]);
});

const PROVIDER = "@cdktf/provider-aws";
const bindings = imports.filter(({ to }) => to.startsWith(PROVIDER));

test("classes of the provider occur only in aws, the constructs and the app", () => {
  const places = ["aws", ...constructs, "main"];
  expect(bindings.length).toBeGreaterThan(20);
  expect(bindings.filter(({ from }) => !places.includes(partOf(from))).map(shown)).toEqual([]);
});

test("the provider's package is never imported as a whole, which would take seconds", () => {
  expect(bindings.filter(({ to }) => !/^@cdktf\/provider-aws\/lib\/[a-z0-9-]+$/.test(to)).map(shown)).toEqual([]);
});

test("Fn, Op and Token of cdktf occur only in src/value and src/module", () => {
  const raw = ["*", "Fn", "Op", "Token", "Tokenization", "conditional", "propertyAccess", "ref"];
  const wrong = imports.filter(
    ({ from, to, names }) =>
      to.startsWith("cdktf") && names.some((name) => raw.includes(name)) && !["value", "module"].includes(partOf(from)),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test("src/value does not depend on the stack: it imports cdktf, constructs and Node.js only", () => {
  const outside = imports.filter(({ from, to }) => partOf(from) === "value" && !to.startsWith("src/value/"));
  expect(outside.filter(({ to }) => !/^(cdktf|constructs|node:[a-z]+)$/.test(to)).map(shown)).toEqual([]);
});

test("there are no import cycles, not even for types", () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const { from, to } of imports) if (from === file) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of sources) walk(file, []);
  expect(cycles).toEqual([]);
});

const written = ["src", "lambda", "test", "programs", "examples", "userdata", "packer"].flatMap(filesIn);

test("no file has a name that says nothing", () => {
  const nothing = /(^|\/)(utils?|common|helpers?|misc|manager|base)[./]/;
  const layer = /^packer\/(linux|windows)\/base\//;
  expect(written.filter((path) => nothing.test(path.replace(layer, "")))).toEqual([]);
});

/** Longer than 250 lines, and why. */
const long: Readonly<Record<string, string>> = {
  "src/elastic-ci-stack/props.generated.ts": "generated: one property with its documentation for every input",
  "test/e2e/machine/linux-machine.e2e.test.ts": "one boot, and everything that is to be seen of it",
  "test/harness/sandbox/sandbox.ts": "one machine: its start, its clock, what tests may do to it and see of it",
  "test/lambda/stop-buildkite-agents/run.test.ts": "the life of one function, story by story",
};

test("no file is longer than 250 lines, but for those that have a reason", () => {
  const code = written.filter((path) => /\.(ts|sh|ps1|py)$/.test(path));
  const linesOf = (path: string) => readFileSync(join(repository, path), "utf8").trimEnd().split("\n").length;
  expect(code.filter((path) => linesOf(path) > 250 && !(path in long))).toEqual([]);
});
