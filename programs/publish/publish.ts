/* `npm run publish:lambda`: the functions' zips, into a bucket in each region. */
import { run } from "../../src/cli/command-line";
import { packaged } from "../../src/package";
import { publishCommand } from "./command";

void run(publishCommand(packaged(), console), process.argv.slice(2), console).then((code) => (process.exitCode = code));
