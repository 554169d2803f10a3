/* `npm run generate`: writes what is derived from the table of inputs. */
import { readFileSync, writeFileSync } from "node:fs";
import { IMAGE_INPUTS, imageInputsSource } from "./image-inputs";
import { propsSource } from "../schema/documentation";
import { repositoryReadme } from "../module/readme";
import { packaged } from "../package";

const readme = packaged("README.md");

writeFileSync(packaged("src", "elastic-ci-stack", "props.generated.ts"), propsSource());
writeFileSync(packaged(...IMAGE_INPUTS), imageInputsSource());
writeFileSync(readme, repositoryReadme(readFileSync(readme, "utf8")));
