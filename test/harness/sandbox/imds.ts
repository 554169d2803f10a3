import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Instance } from "./cloud";

/** What can be wrong with the instance metadata. "hung": accepted and never answered. "late": after the AWS CLI's usual limit. */
export type ImdsFault = "refused token" | "no token accepted" | "hung" | "error" | "garbage" | "slow" | "late";

interface Planned {
  readonly fault: ImdsFault;
  readonly path: RegExp;
  readonly after: RegExp | undefined;
  times: number;
}

type Answered = readonly [number, string | Buffer];

const GARBAGE = "<html><body>It works!</body></html>\n";
const DELAYS: Partial<Record<ImdsFault, number>> = { slow: 900, late: 1500 };
const MAC = "02:00:00:00:00:01";

/** The instance metadata service, version 2 only: without a token it tells nothing. */
export class Imds {
  readonly requests: { readonly method: string; readonly path: string; readonly status: number }[] = [];
  private readonly items = new Map<string, string | Buffer>();
  private readonly tokens = new Set<string>();
  private planned: Planned[] = [];

  /** `onHanging` is told when requests begin to hang, and when they end to. */
  constructor(private readonly onHanging: (hangs: boolean) => void) {}

  /** An item below meta-data, or without content its absence. */
  set(path: string, content: string | Buffer | undefined): this {
    if (content === undefined) this.items.delete(path);
    else this.items.set(path, content);
    return this;
  }

  /** Everything about an instance that scripts ask for. */
  describe({ id, region, group }: Instance, userData: Buffer): void {
    const times = { Expiration: "2099-01-01T00:00:00Z", LastUpdated: "2020-01-01T00:00:00Z" };
    const keys = { Code: "Success", Type: "AWS-HMAC", AccessKeyId: "AKIAEXAMPLE", SecretAccessKey: "s", Token: "t" };
    this.set("instance-id", id)
      .set("instance-type", "m5.large")
      .set("mac", MAC)
      .set(`network/interfaces/macs/${MAC}/vpc-ipv4-cidr-blocks`, "10.0.0.0/16")
      .set("placement/region", region)
      .set("placement/availability-zone", `${region}a`)
      .set("autoscaling/target-lifecycle-state", "InService")
      .set("tags/instance/aws:autoscaling:groupName", group)
      .set("iam/security-credentials/role", JSON.stringify({ ...keys, ...times }))
      .set("user-data", userData);
  }

  /** Spoils the answers for paths that fit, such as `api/token` or `meta-data/instance-id`, from a first request on. */
  break(fault: ImdsFault, path = /(?:)/, { after, times = Infinity }: { after?: RegExp; times?: number } = {}): this {
    this.planned.push({ fault, path, after, times });
    if (fault === "hung") this.onHanging(true);
    return this;
  }

  mend(): void {
    this.planned = [];
    this.onHanging(false);
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    const method = request.method ?? "";
    const path = (request.url ?? "").replace(/^\/latest\//, "").replace(/\/$/, "");
    const fault = this.faultFor(path);
    const [status, body] = this.spoiled(fault, this.right(method, path, request));
    this.requests.push({ method, path, status });
    if (fault === "hung") return;
    setTimeout(
      () => {
        response.writeHead(status, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(body) });
        response.end(body);
      },
      (fault && DELAYS[fault]) ?? 0,
    );
  };

  private faultFor(path: string): ImdsFault | undefined {
    const begun = ({ after }: Planned) => after === undefined || this.requests.some((one) => after.test(one.path));
    const found = this.planned.find((one) => one.times > 0 && one.path.test(path) && begun(one));
    if (found !== undefined) found.times -= 1;
    return found?.fault;
  }

  private spoiled(fault: ImdsFault | undefined, right: Answered): Answered {
    if (fault === "error") return [500, ""];
    if (fault === "garbage") return [200, GARBAGE];
    if (fault === "no token accepted") return [401, ""];
    if (fault === "refused token") return [403, ""];
    return right;
  }

  private right(method: string, path: string, { headers }: IncomingMessage): Answered {
    if (path === "api/token") return this.token(method, headers["x-aws-ec2-metadata-token-ttl-seconds"]);
    if (!this.tokens.has(String(headers["x-aws-ec2-metadata-token"]))) return [401, ""];
    const found = this.items.get(path.replace(/^meta-data\//, "")) ?? this.listing(path.replace(/^meta-data\/?/, ""));
    return method === "GET" && found !== undefined ? [200, found] : [404, ""];
  }

  private token(method: string, lifetime: string | string[] | undefined): Answered {
    if (method !== "PUT" || !/^\d+$/.test(String(lifetime))) return [400, ""];
    const token = randomBytes(42).toString("base64");
    this.tokens.add(token);
    return [200, token];
  }

  private listing(folder: string): string | undefined {
    const prefix = folder === "" ? "" : `${folder}/`;
    const inside = [...this.items.keys()].filter((path) => path.startsWith(prefix));
    const names = inside.map((path) => path.slice(prefix.length).replace(/\/.*/, "/"));
    return names.length > 0 ? [...new Set(names)].sort().join("\n") : undefined;
  }
}
