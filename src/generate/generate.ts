/* `npm run generate`: writes what is derived from the tables of inputs. */
import { readFileSync, writeFileSync } from "node:fs";
import { definitions } from "../definitions";
import { elasticCiStack } from "../elastic-ci-stack/definition";
import { packaged } from "../package";
import { propsSource } from "./props";
import { withTables } from "./readme";

async function generate(): Promise<void> {
  for (const { name, schema } of definitions) {
    writeFileSync(packaged("src", name, "props.generated.ts"), await propsSource(schema));
  }
  const readme = packaged("README.md");
  writeFileSync(readme, withTables(readFileSync(readme, "utf8"), elasticCiStack));
}

void generate();
