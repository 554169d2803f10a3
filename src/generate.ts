/* `npm run generate`: writes what is derived from the table of inputs. */
import { readFileSync, writeFileSync } from "node:fs";
import { propsSource } from "./inputs/documentation";
import { repositoryReadme } from "./module/readme";
import { packaged } from "./stack/package";

const readme = packaged("README.md");

writeFileSync(packaged("src", "inputs", "props.generated.ts"), propsSource());
writeFileSync(readme, repositoryReadme(readFileSync(readme, "utf8")));
