import { findMoto, findTerraform, providerMirror } from "./tools";

/** Jest's global setup: without its tools the suite must fail, and say what is missing. */
export default async function requireTools(): Promise<void> {
  findTerraform();
  await findMoto();
  // Passed on, so that no test file has to search again.
  process.env.TF_PLUGIN_MIRROR = await providerMirror();
}
