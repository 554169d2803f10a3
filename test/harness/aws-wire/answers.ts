import type { Answer } from "../loopback-server";

/** An error as AWS reports it; some have nothing but a code. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message?: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** The two ways in which the services write results and errors. */
export type Protocol = "query" | "json";

const JSON_HEADERS = { "Content-Type": "application/x-amz-json-1.1" };
const REQUEST_ID = "00000000-0000-4000-8000-000000000000";

export function succeeded(protocol: Protocol, action: string, result: string): Answer {
  if (protocol === "json") return { status: 200, body: result, headers: JSON_HEADERS };
  const metadata = element("ResponseMetadata", element("RequestId", REQUEST_ID));
  return { status: 200, body: element(`${action}Response`, element(`${action}Result`, result) + metadata) };
}

export function failed(protocol: Protocol, { code, message, status }: AwsError): Answer {
  if (protocol === "json") {
    return {
      status,
      body: JSON.stringify({ __type: code, ...(message === "" ? {} : { message }) }),
      headers: JSON_HEADERS,
    };
  }
  const kind = element("Type", status < 500 ? "Sender" : "Receiver");
  const error = element("Error", kind + element("Code", code) + element("Message", escaped(message)));
  return { status, body: element("ErrorResponse", error + element("RequestId", REQUEST_ID)) };
}

export function element(name: string, content: string | number | boolean): string {
  return `<${name}>${String(content)}</${name}>`;
}

export function members(items: readonly string[]): string {
  return items.map((item) => element("member", item)).join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] ?? "");
}

/** A list parameter of the query protocol. */
export function listed(form: URLSearchParams, name: string): string[] {
  return [...form].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value);
}

/** One page of a list, and the token of the next one. */
export function page<T>(items: readonly T[], token: string | null | undefined, size: number) {
  const start = Number(token ?? 0);
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : undefined };
}
