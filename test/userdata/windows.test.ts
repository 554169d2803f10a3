import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shipped } from "../harness/userdata/machine";

// No PowerShell runs here: these tests hold what can be read off the text.
const source = (path: string) => readFileSync(join(__dirname, "../../userdata", path), "utf8");
const boot = shipped("windows/boot.ps1");
const watcher = shipped("windows/drain-watcher.ps1");
const linuxWatcher = shipped("linux/drain-watcher.sh");

describe.each(["windows/boot.ps1", "windows/drain-watcher.ps1"])("%s", (path) => {
  test("is plain ASCII, which Windows PowerShell 5.1 reads alike under every code page", () => {
    expect(source(path)).not.toMatch(/[^\n\x20-\x7e]/);
  });

  test("cannot end the element that carries it", () => {
    expect(source(path).toLowerCase()).not.toContain("powershell>");
  });

  test("has no text block or block comment that stripping comment lines would break", () => {
    expect(source(path)).not.toMatch(/@['"]\n|<#/);
  });

  test("closes every bracket outside of strings", () => {
    const code = shipped(path).replace(/'[^']*'|"[^"]*"/g, "");
    for (const [open, close] of ["()", "[]", "{}"].map((pair) => pair.split(""))) {
      expect(code.split(open!).length).toBe(code.split(close!).length);
    }
  });
});

describe("boot.ps1", () => {
  test("runs the image's scripts in the order of Linux, the watcher before the agent", () => {
    const order = ["Save-Files", "Set-StackEnvironment", "'bk-configure-docker.ps1'", "Start-DrainWatcher"];
    const main = boot.slice(boot.indexOf("\ntry {"));
    const positions = [...order, "'bk-install-elastic-stack.ps1'", "Stop-Lifecycled", "catch"].map((s) =>
      main.indexOf(s),
    );
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(positions).not.toContain(-1);
  });

  test("reports a failure, tells the group, switches the instance off and exits with 1, in this order", () => {
    const handler = boot.slice(boot.indexOf("} catch {"));
    expect(handler).toMatch(/boot failed: \$_[^]*MarkUnhealthy[^]*Stop-Computer -Force[^]*exit 1/);
  });

  test("takes its data from the two generated variables and from nothing else", () => {
    const read = [...boot.matchAll(/FromBase64String\((\$\w+)\)/g)].map((match) => match[1]);
    expect([...new Set(read)].sort()).toEqual(["$drainWatcher", "$environmentJson"]);
    expect(boot).not.toMatch(/Invoke-Expression|\biex\b/i);
  });

  test("leaves the error stream of programs alone wherever errors stop the script", () => {
    const redirected = boot.split("function ").filter((body) => body.includes("2>&1"));
    expect(redirected).toHaveLength(1);
    expect(redirected[0]).toMatch(/^Invoke-ImageScript[^]*\$ErrorActionPreference = 'Continue'[^]*2>&1/);
  });
});

describe("drain-watcher.ps1", () => {
  const numbers = [
    { name: "poll", linux: /poll_seconds=(\d+)/, windows: /\$pollSeconds = (\d+)/ },
    { name: "heartbeat", linux: /heartbeat_seconds=(\d+)/, windows: /\$heartbeatSeconds = (\d+)/ },
    { name: "spot", linux: /spot_seconds=(\d+)/, windows: /\$spotSeconds = (\d+)/ },
  ];
  test.each(numbers)("the $name time is that of Linux", ({ linux, windows }) => {
    expect(watcher.match(windows)?.[1]).toMatch(/^\d+$/);
    expect(watcher.match(windows)?.[1]).toBe(linuxWatcher.match(linux)?.[1]);
  });

  test("cancels jobs early enough for the grace period that the agent has where nobody sets one", () => {
    const [cancelled, poll] = [/\$cancelSeconds = (\d+)/, /\$pollSeconds = (\d+)/].map((one) =>
      Number(watcher.match(one)?.[1]),
    );
    expect(cancelled! - poll!).toBeGreaterThanOrEqual(15);
  });

  test("reads the settings that the Linux watcher reads", () => {
    const used = [...new Set([...watcher.matchAll(/\$settings\.([A-Z_]+)/g)].map((match) => match[1]))].sort();
    expect(used).toEqual(["ASG_NAME", "AWS_REGION", "INSTANCE_TERMINATION_GRACE_PERIOD", "LIFECYCLE_HOOK_NAME"]);
  });

  test("bounds every request to the metadata service", () => {
    const requests = watcher.match(/^.*Invoke-RestMethod.*$/gm) ?? [];
    expect(requests).toHaveLength(2);
    for (const request of requests) expect(request).toContain("-TimeoutSec 2");
  });

  test("sends a first Ctrl+C only to an agent that has not been told", () => {
    expect(watcher).toMatch(/function Stop-Agent \{\n\s+if \(Test-AgentTold\) \{ return \}/);
  });
});
