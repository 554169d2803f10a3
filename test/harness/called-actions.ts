import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SERVICES: Readonly<Record<string, string>> = { "auto-scaling": "autoscaling" };

/** Actions of IAM that a function's sources, and the shared ones that they import, call, sorted: each command or paginator that they import stands for one. */
export function calledActions(folder: string): readonly string[] {
  const home = join(__dirname, "../../lambda", folder);
  const own = readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(home, file), "utf8"))
    .join("\n");
  const shared = [...new Set([...own.matchAll(/from "(?:\.\.\/)+shared\/([a-z-]+)"/g)].map(([, name]) => name!))];
  const source = [own, ...shared.map((name) => readFileSync(join(home, "../shared", `${name}.ts`), "utf8"))].join("\n");
  const imports = source.matchAll(/import \{([^}]+)\} from "@aws-sdk\/client-([a-z0-9-]+)"/g);
  const actions = [...imports].flatMap(([, names, service]) =>
    [...names!.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
      ([, paginated, sent]) => `${SERVICES[service!] ?? service!}:${paginated ?? sent!}`,
    ),
  );
  return [...new Set(actions)].sort();
}
