import { type AgentOptions, AgentProcess, saysWhichAgent } from "../../harness/agent/agent-process";
import { VERIFICATION_KEY } from "../../harness/sandbox/scene";

/** What all tests of machines take for granted of the agent: the stand-in does it as a real one. */
let agent: AgentProcess;
beforeAll(() => process.stderr.write(`${saysWhichAgent()}\n`));
afterEach(() => agent.stop());

const start = async (options: AgentOptions) => {
  agent = await AgentProcess.start(options);
};
const STUBBORN = "trap '' TERM; touch $HOME/runs; while :; do sleep 0.1; done";
const untilAsked = "touch $HOME/runs; until [[ -e $HOME/finish ]]; do sleep 0.1; done";
const running = (command: string) => [{ BUILDKITE_COMMAND: command }];
const oneJob = ["disconnect-after-job=true"];
const beginning = ["agent registers", "job starts"];

async function runs(): Promise<void> {
  await agent.saw("job starts");
  while (!agent.has("runs")) await new Promise((resolve) => setTimeout(resolve, 100));
}

test("SIGTERM once: the running job goes on, and no other is taken", async () => {
  await start({ jobs: [...running(untilAsked), {}] });
  await runs();
  agent.signal("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  agent.write("finish", "");
  expect(await agent.ended()).toBe(0);
  expect(agent.calls).toEqual([...beginning, "job ends 0", "agent leaves"]);
});

test.each<{ how: string; signals: NodeJS.Signals[] }>([
  { how: "SIGTERM twice", signals: ["SIGTERM", "SIGTERM"] },
  { how: "SIGQUIT", signals: ["SIGQUIT"] },
])("$how: the job hears SIGTERM, and is reported as -1 with the signal", async ({ signals }) => {
  await start({ jobs: running(untilAsked) });
  await runs();
  for (const signal of signals) {
    agent.signal(signal);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await agent.ended();
  expect(agent.calls).toEqual([...beginning, "job ends -1 SIGTERM agent_stop", "agent leaves"]);
});

test("a job that does not hear is killed when its grace is over, and no hook cleans up after it", async () => {
  const hooks = { "pre-exit": '#!/bin/bash\ntouch "$HOME/cleaned"\n' };
  await start({ jobs: running(STUBBORN), graceSeconds: 2, hooks });
  await runs();
  agent.signal("SIGQUIT");
  await agent.ended();
  expect(agent.calls).toEqual([...beginning, "job ends -1 SIGKILL agent_stop", "agent leaves"]);
  expect(agent.has("cleaned")).toBe(false);
});

test("a job that the machine refuses is -1, and its log says no more than where to look", async () => {
  await start({ jobs: [{}], config: oneJob, hooks: { "pre-bootstrap": "#!/bin/bash\necho my reason\nexit 1\n" } });
  await agent.ended();
  expect(agent.calls).toContain("job ends -1 agent_refused");
  expect(agent.log).toContain("see the buildkite-agent logs");
  expect(agent.log).not.toContain("my reason");
});

test("a job without a repository does not begin", async () => {
  await start({ jobs: [{ BUILDKITE_REPO: "" }], config: oneJob });
  await agent.ended();
  expect(agent.calls).toContain("job ends 1");
  expect(agent.log).toContain("Missing repository");
});

test("a checkout that fails is tried six times", async () => {
  await start({ jobs: [{ BUILDKITE_REPO: "/nowhere", BUILDKITE_SKIP_CHECKOUT: "false" }], config: oneJob });
  await agent.ended();
  expect(agent.log.match(/fatal: repository '\/nowhere' does not exist/g)).toHaveLength(6);
  expect(agent.calls).not.toContain("job ends 0");
});

test.each([
  { behavior: "block", end: "job ends -1 signature_rejected" },
  { behavior: "warn", end: "job ends 0" },
])("with a key for verification and $behavior, a job without a signature: $end", async ({ behavior, end }) => {
  const verification = ["verification-jwks-file=KEY", `verification-failure-behavior=${behavior}`];
  await start({ jobs: [{}], config: [...oneJob, ...verification], key: VERIFICATION_KEY });
  await agent.ended();
  expect(agent.calls).toContain(end);
});

test.each([401, 422])("%i for registering ends it at once", async (register) => {
  await start({ register });
  expect(await agent.ended()).not.toBe(0);
  expect(agent.calls).toEqual([`agent is answered ${register}`]);
});

test.each<{ what: string; options: AgentOptions }>([
  {
    what: "a verification key that is none",
    options: { config: ["verification-jwks-file=/etc/hostname"] },
  },
  { what: "an agent-startup hook that fails", options: { hooks: { "agent-startup": "#!/bin/bash\nexit 1\n" } } },
])("$what ends its start before a job", async ({ options }) => {
  await start({ ...options, jobs: [{}] });
  expect(await agent.ended()).not.toBe(0);
  expect(agent.calls).not.toContain("job starts");
});
