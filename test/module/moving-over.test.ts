import { elasticCiStack } from "../../src/elastic-ci-stack/definition";
import { readFileSync } from "node:fs";
import { moduleFiles } from "../../src/module/module-files";
import { packaged } from "../../src/package";

type Resources = Readonly<Record<string, Readonly<Record<string, { readonly count?: string; readonly name: string }>>>>;

const { resource } = JSON.parse(Buffer.from(moduleFiles(elasticCiStack).get("main.tf.json")!).toString()) as {
  readonly resource: Resources;
};
const imports = [...readFileSync(packaged("README.md"), "utf8").matchAll(/^ *to = (\S+)\n *id = "(.+)"$/gm)];

test("moving over, the README imports every log group that Lambda made for the original's functions", () => {
  const groups = Object.entries(resource["aws_cloudwatch_log_group"]!)
    // The only one that the original manages.
    .filter(([name]) => name !== "scaler_lambda_logs")
    .map(([name, { count, name: id }]) => [
      `module.ci.aws_cloudwatch_log_group.${name}${count === undefined ? "" : "[0]"}`,
      /^\$\{"(.+)"\}$/.exec(id)![1]!.replace("${local.stack_name_full}", "ci-1a2b3c4d"),
    ]);
  expect(imports.map(([, to, id]) => [to, id])).toEqual(groups);
  expect(groups).toHaveLength(2);
});
