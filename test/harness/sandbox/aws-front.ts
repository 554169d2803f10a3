import { type IncomingMessage, request as send, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { AwsError, element, failed, type Protocol } from "../aws-wire/answers";
import type { Answer } from "../loopback-server";

/** A request as it came over the wire. */
export interface AwsRequest {
  readonly protocol: Protocol | "rest";
  readonly service: string;
  readonly region: string;
  /** The name of the action; for S3 method and path, such as "GET /bucket/key". */
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly body: Buffer;
  status: number;
}

export interface AwsFault {
  readonly error?: AwsError;
  /** "hung": never answered. "reset": the connection is cut. "lost": done, and the answer cut off. */
  readonly delivery?: "hung" | "reset" | "lost";
  readonly status?: number;
  readonly body?: string;
  readonly delayMs?: number;
}

interface Planned {
  readonly action: RegExp;
  readonly fault: AwsFault;
  after: number;
  times: number;
}

/** What the emulator answers wrongly, or not at all. Undefined: it may answer itself. */
export type Correction = (request: AwsRequest) => Promise<Answer | AwsError | undefined> | undefined;

/** Stands between the machine and the emulator: sees every request, and can spoil it. */
export class AwsFront {
  readonly requests: AwsRequest[] = [];
  private planned: Planned[] = [];
  private readonly listeners: { readonly action: RegExp; readonly callback: () => void }[] = [];

  constructor(
    private readonly endpoint: string,
    private readonly correct: Correction = () => undefined,
    /** Told when requests begin to hang, and when they end to. */
    private readonly onHanging: (hangs: boolean) => void = () => undefined,
  ) {}

  /** Spoils the requests whose action fits: "GetParameter", "GET /bucket/". */
  break(action: RegExp, fault: AwsFault, { after = 0, times = Infinity } = {}): this {
    this.planned.push({ action, fault, after, times });
    if (fault.delivery === "hung") this.onHanging(true);
    return this;
  }

  mend(): void {
    this.planned = [];
    this.onHanging(false);
  }

  /** Calls back when such a request has succeeded. */
  onDone(action: RegExp, callback: () => void): void {
    this.listeners.push({ action, callback });
  }

  /** The actions of all requests, in order. */
  actions(service?: string): string[] {
    return this.requests.filter((one) => service === undefined || one.service === service).map((one) => one.action);
  }

  readonly answer = (incoming: IncomingMessage, response: ServerResponse): void => {
    this.handle(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  };

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = described(incoming, Buffer.concat(chunks));
    this.requests.push(request);
    const fault = this.faultFor(request.action);
    if (fault?.delayMs !== undefined) await pause(fault.delayMs);
    if (fault?.delivery === "hung") return;
    if (fault?.delivery === "reset") {
      response.destroy();
      return;
    }
    const given = spoiled(fault) ?? (await this.correct(request));
    if (given === undefined) await this.pass(request, incoming, response, fault?.delivery === "lost");
    else reply(request, response, given);
    if (request.status !== 200) return;
    for (const { action, callback } of this.listeners) if (action.test(request.action)) callback();
  }

  private faultFor(action: string): AwsFault | undefined {
    const found = this.planned.find((one) => one.times > 0 && one.action.test(action));
    if (found === undefined) return undefined;
    if (found.after > 0) {
      found.after -= 1;
      return undefined;
    }
    found.times -= 1;
    return found.fault;
  }

  private pass(request: AwsRequest, incoming: IncomingMessage, response: ServerResponse, lost: boolean): Promise<void> {
    const { method, headers, url = "/" } = incoming;
    return new Promise((resolve, reject) => {
      const onward = send(this.endpoint + url, { method, headers }, (answer) => {
        request.status = answer.statusCode ?? 0;
        if (lost) response.destroy();
        else {
          response.writeHead(request.status, answer.headers);
          answer.pipe(response);
        }
        answer.resume().on("end", resolve).on("error", reject);
      });
      onward.on("error", reject).end(request.body);
    });
  }
}

function described({ headers, method = "", url = "/" }: IncomingMessage, body: Buffer): AwsRequest {
  const scope = /Credential=[^/]*\/\d+\/([^/]*)\/([^/]*)\//.exec(headers.authorization ?? "");
  const [, region = "", service = ""] = scope ?? [];
  const target = headers["x-amz-target"];
  const time = Date.now() / 1000;
  const base = { service, region, time, body, status: 0 };
  if (typeof target === "string") {
    const parameters = JSON.parse(body.toString() || "{}") as Record<string, unknown>;
    const texts = Object.entries(parameters).map(([key, content]) => [key, asText(content)]);
    const action = target.replace(/^.*\./, "");
    return { ...base, protocol: "json", action, parameters: Object.fromEntries(texts) as Record<string, string> };
  }
  const rest = { ...base, protocol: "rest", action: `${method} ${decodeURIComponent(url)}`, parameters: {} } as const;
  if (service === "s3") return rest;
  const form = Object.fromEntries(new URLSearchParams(body.toString()));
  return form["Action"] === undefined ? rest : { ...base, protocol: "query", action: form["Action"], parameters: form };
}

function asText(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}

function spoiled(fault: AwsFault | undefined): Answer | AwsError | undefined {
  if (fault?.error !== undefined) return fault.error;
  if (fault?.status === undefined && fault?.body === undefined) return undefined;
  return { status: fault.status ?? 200, body: fault.body ?? "" };
}

function reply(request: AwsRequest, response: ServerResponse, given: Answer | AwsError): void {
  const { status, body, headers = {} } = given instanceof AwsError ? refused(request, given) : given;
  request.status = status;
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

function refused({ protocol }: AwsRequest, error: AwsError): Answer {
  if (protocol !== "rest") return failed(protocol, error);
  const body = element("Error", element("Code", error.code) + element("Message", error.message));
  return { status: error.status, body, headers: { "Content-Type": "application/xml" } };
}
