import { join } from "node:path";
import { publish } from "./publish/command";
import { openS3 } from "./publish/s3";

publish(process.argv.slice(2), { root: join(__dirname, ".."), open: openS3, terminal: console }).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
