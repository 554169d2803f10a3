import { gunzipSync, gzipSync } from "node:zlib";

interface File {
  readonly path: string;
  content: string;
}

const CONFIG = /^\{"cloud_final_modules":.*$/m;
const SETTINGS = "/etc/buildkite-elastic-ci-stack/environment.json";

/** The settings in user data, as they reach the instance's scripts. */
export function settingsOf(userData: Buffer): Record<string, string> {
  const { content } = settingsFile(config(userData));
  return JSON.parse(Buffer.from(content, "base64").toString()) as Record<string, string>;
}

/** User data whose settings another stack would have; undefined takes one away. */
export function withSettings(userData: Buffer, change: Readonly<Record<string, string | undefined>>): Buffer {
  return changed(userData, JSON.stringify({ ...settingsOf(userData), ...change }));
}

/** User data with something else in the place of the settings. */
export function changed(userData: Buffer, settings: string): Buffer {
  const whole = config(userData);
  settingsFile(whole).content = Buffer.from(settings).toString("base64");
  return gzipSync(text(userData).replace(CONFIG, () => JSON.stringify(whole)));
}

function settingsFile({ write_files }: { write_files: File[] }): File {
  return write_files.find(({ path }) => path === SETTINGS)!;
}

function config(userData: Buffer): { write_files: File[] } {
  return JSON.parse(CONFIG.exec(text(userData))![0]) as { write_files: File[] };
}

/** Where it is smaller so, the stack compresses it. */
function text(userData: Buffer): string {
  return (userData[0] === 0x1f ? gunzipSync(userData) : userData).toString();
}
