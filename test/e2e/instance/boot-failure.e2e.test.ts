import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

const status = "var/log/elastic-stack-bootstrap-status";
const region = { AWS_REGION: "eu-west-1" };
const unhealthy =
  "aws autoscaling set-instance-health --health-status Unhealthy --no-should-respect-grace-period " +
  "--instance-id i-0123456789abcdef0 --region eu-west-1 --cli-connect-timeout 5 --cli-read-timeout 10";
const start = "systemctl start buildkite-agent.service";
const cloudformation = {
  ...region,
  BUILDKITE_STACK_DEPLOYED_BY: "cloudformation",
  BUILDKITE_STACK_NAME: "ci",
  BUILDKITE_AGENT_TOKEN_PATH: "/buildkite/buildkite/agent-token",
};
const signal = "--stack ci --resource AgentAutoScaleGroup --region eu-west-1";

describe("a failure", () => {
  const fetched = (name: string) => `could not be fetched: ${name}`;
  const cases: { what: string; arrange: () => void; environment?: Record<string, string>; reason: string }[] = [
    { what: "no token", arrange: () => machine.delete("fake/parameters"), reason: fetched("token") },
    {
      what: "an empty token",
      arrange: () => machine.parameter("/buildkite/ci/agent-token", ""),
      environment: { BUILDKITE_AGENT_TOKEN_PATH: "/buildkite/ci/agent-token" },
      reason: "the parameter of the agent token is empty",
    },
    {
      what: "no signing key",
      arrange: () => undefined,
      environment: { BUILDKITE_AGENT_SIGNING_KEY_PATH: "/none" },
      reason: fetched("signing-key.json"),
    },
    {
      what: "no environment file",
      arrange: () => undefined,
      environment: { BUILDKITE_ENV_FILE_URL: "https://example.com/none?signature=hidden" },
      reason: fetched("agent.env"),
    },
    {
      what: "a channel that the image lacks",
      arrange: () => machine.delete("usr/bin/buildkite-agent-edge"),
      environment: { BUILDKITE_AGENT_RELEASE: "edge" },
      reason: "this image has no agent of the channel edge",
    },
    {
      what: "an agent that does not run",
      arrange: () => machine.agent("stable", "?"),
      reason: "does not tell its version",
    },
    {
      what: "sudo that does not accept the permissions",
      arrange: () => machine.stub("visudo", "exit 1"),
      environment: { BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS: "/bin/x (" },
      reason: "sudo does not accept BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS",
    },
    {
      what: "Docker that does not answer",
      arrange: () => machine.stub("docker", '[[ $1 != --version ]] || { echo "Docker version 27.5.1"; exit; }; exit 1'),
      reason: "Docker did not answer 60 times",
    },
    {
      what: "a drain watcher that does not start",
      arrange: () => machine.stub("systemctl", '[[ "$*" != *drain-watcher* && $1 != is-active ]]'),
      reason: "host-settings.sh: systemctl enable --now buildkite-drain-watcher.service",
    },
  ];
  test.each(cases)("$what: one reason for all, told once, and no agent", ({ arrange, environment, reason }) => {
    arrange();
    const outcome = machine.install({ ...cloudformation, ...environment });
    expect(outcome.code).not.toBe(0);
    expect(outcome.calls.filter((call) => call.startsWith("aws autoscaling"))).toEqual([unhealthy]);
    const signals = outcome.calls.filter((call) => call.startsWith("cfn-signal"));
    expect(signals).toEqual([expect.stringMatching(/^cfn-signal --success false --reason .* --stack ci /)]);
    expect(signals[0]).toContain(reason);
    expect(signals[0]).toContain(signal);
    expect(outcome.log).toContain(reason);
    expect(outcome.log).not.toMatch(/hidden|secret-token|could not be told/);
    expect(machine.read("dev/console")).toContain(reason);
    expect(outcome.calls).not.toContain(start);
    expect(machine.exists("run/buildkite-elastic-ci-stack/ready")).toBe(false);
    expect(machine.read(status)).toBe("Started\n");
  });

  test("of the agent before it has registered is one, too", () => {
    const outcome = machine
      .set("states/buildkite-agent.service", "failed\n")
      .set("journal", "")
      .install(cloudformation);
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain("failed: the agent has not registered; /var/log/buildkite-agent says why");
    expect(outcome.calls).toContain("systemctl stop --no-block buildkite-agent.service");
    expect(outcome.calls).toContain(unhealthy);
    expect(machine.exists("run/buildkite-elastic-ci-stack/ready")).toBe(false);
    expect(machine.read(status)).toBe("Started\n");
  });

  test("of the agent after that is none: a job may have ended it", () => {
    const outcome = machine.set("states/buildkite-agent.service", "failed\n").install(cloudformation);
    expect(outcome.code).toBe(0);
    expect(outcome.calls.filter((call) => call.startsWith("aws autoscaling"))).toEqual([]);
    expect(machine.read(status)).toBe("Completed\n");
  });

  test("to learn the instance's name is one, too: no agent would be called after something else", () => {
    machine.metadata("instance-id", "<html>It works!</html>");
    const outcome = machine.install(region);
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain("failed: the metadata names no instance, but: <html>");
    expect(outcome.calls).not.toContain(start);
    expect(machine.exists("etc/buildkite-agent/buildkite-agent.cfg")).toBe(false);
  });

  test("of an earlier part is told as that part's", () => {
    machine.folder("run/buildkite-elastic-ci-stack");
    machine.write("run/buildkite-elastic-ci-stack/boot-failed", "no disk\n");
    const outcome = machine.install(cloudformation);
    expect(outcome.calls).toContain(`cfn-signal --success false --reason no disk ${signal}`);
    expect(outcome.calls).toContain(unhealthy);
    expect(machine.exists(status)).toBe(false);
  });

  test("has the first of several reasons, wherever they come up", () => {
    const { log, code } = machine.call(
      ["boot-part.sh"],
      "begin_part; x=$(refuse first; false) || refuse second >/dev/null",
    );
    expect([code, log]).toEqual([1, expect.stringMatching(/call failed: first\n$/)]);
  });

  test("is not told to CloudFormation where that did not make the stack", () => {
    const outcome = machine.delete("fake/parameters").install({ ...region, BUILDKITE_STACK_DEPLOYED_BY: "terraform" });
    expect(outcome.calls.filter((call) => call.startsWith("cfn-signal"))).toEqual([]);
    expect(outcome.calls).toContain(unhealthy);
  });

  test("is in the log, although there is neither a console nor metadata", () => {
    machine.delete("dev").set("outage", "");
    const outcome = machine.install();
    expect(outcome.code).not.toBe(0);
    expect(outcome.log).toMatch(/failed: bk-install-elastic-stack.sh: line \d+ .*metadata placement\/region/);
    expect(outcome.log).toContain("the Auto Scaling group could not be told");
  });
});

describe("CloudFormation", () => {
  test("hears of the agent's start, after it", () => {
    const outcome = machine.install({ ...region, BUILDKITE_STACK_DEPLOYED_BY: "cloudformation" });
    expect(outcome.calls.at(-1)).toMatch(
      /^cfn-signal --success true --reason the agent has registered --stack buildkite /,
    );
  });

  test("that does not answer changes nothing", () => {
    machine.stub("cfn-signal", "exit 1");
    const outcome = machine.install({ ...region, BUILDKITE_STACK_DEPLOYED_BY: "cloudformation" });
    expect([outcome.code, machine.read(status)]).toEqual([0, "Completed\n"]);
  });
});
