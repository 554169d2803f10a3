import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Downloads to a file and returns the content's SHA-256 in hexadecimal. */
export async function fetchFile(url: string, file: string, get: typeof fetch): Promise<string> {
  const response = await open(url, get);
  if (!response.body) throw new Error(`${url} is empty`);
  const hash = createHash("sha256");
  const body = Readable.fromWeb(response.body);
  body.on("data", (part: Buffer) => hash.update(part));
  await pipeline(body, createWriteStream(file));
  return hash.digest("hex");
}

export async function fetchText(url: string, get: typeof fetch): Promise<string> {
  return (await open(url, get)).text();
}

async function open(url: string, get: typeof fetch): Promise<Response> {
  const response = await get(url, { signal: AbortSignal.timeout(15 * 60_000) }).catch((error: unknown) => {
    const { message, cause } = error as { message: string; cause?: { message?: string } };
    throw new Error(`${url} cannot be fetched: ${cause?.message ?? message}`);
  });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  if (!response.url.startsWith("https:")) throw new Error(`${url} leads to ${response.url}, which is not https`);
  return response;
}
