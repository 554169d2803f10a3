/* `npm run publish:lambda`: the functions' zips, into a bucket in each region. */
import { run } from "../../src/cli/command-line";
import { packaged } from "../../src/package";
import { publishing } from "./command";

void run(publishing(packaged(), console), process.argv.slice(2), console).then((code) => (process.exitCode = code));
