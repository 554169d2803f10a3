import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");
const script = (name: string): string => join(ROOT, "lambda", "stop-buildkite-agents", name);
const userData = (path: string): string => readFileSync(join(ROOT, "userdata", path), "utf8");

test("on Linux the unit is stopped, which waits for the agent and passes its result on", () => {
  const folder = mkdtempSync(join(tmpdir(), "stop-agent-"));
  const systemctl = join(folder, "systemctl");
  writeFileSync(systemctl, '#!/bin/sh\necho "$@"\nexit 5\n');
  chmodSync(systemctl, 0o755);
  const run = spawnSync("sh", [script("stop-agent.sh")], { env: { PATH: folder + ":/bin" }, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(run).toMatchObject({ status: 5, stdout: "stop buildkite-agent.service\n" });
});

test("on Windows it is the drain watcher that the user data installs, with an action that it has", () => {
  const [, called, action] =
    /\$watcher = '(.+)'[^]*-File \$watcher (\w+)/.exec(readFileSync(script("stop-agent.ps1"), "utf8")) ?? [];
  const [, folder] = /\$folder = '(.+)'/.exec(userData("windows/boot.ps1")) ?? [];
  const [, actions = ""] = /ValidateSet\((.+?)\)/.exec(userData("windows/drain-watcher.ps1")) ?? [];
  expect(called).toBe(`${String(folder)}\\drain-watcher.ps1`);
  expect(actions.split(", ")).toContain(`'${String(action)}'`);
});

test("the Windows script is plain ASCII, as Windows PowerShell 5.1 needs it", () => {
  expect(readFileSync(script("stop-agent.ps1"), "utf8")).toMatch(/^[\x20-\x7e\n]+$/);
});
