/* What AWS Lambda does around a function on Node.js: loads the handler once and calls it for every event. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, handlerName] = process.argv.slice(2);
const [file, name] = handlerName.split(".");
const path = [".js", ".cjs", ".mjs"].map((ending) => join(folder, file + ending)).find(existsSync);

/** The function's standard output in this invocation. */
let log = "";
process.stdout.write = (text) => {
  log += text;
  return true;
};

async function invoke({ event, functionName, timeoutMs }) {
  const end = Date.now() + timeoutMs;
  log = "";
  try {
    if (path === undefined) throw new Error(`the package has no file for the handler ${handlerName}`);
    const loaded = await import(pathToFileURL(path).href);
    const handler = loaded[name] ?? loaded.default[name];
    await handler(event, { functionName, getRemainingTimeInMillis: () => end - Date.now() });
    process.send({ log });
  } catch (error) {
    process.send({ log, error: error instanceof Error ? error.message : String(error) });
  }
}

process.on("message", (invocation) => void invoke(invocation));
// The parent process has ended.
process.on("disconnect", () => process.exit());
