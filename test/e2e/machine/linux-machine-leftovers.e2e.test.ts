import { Cloud, SECRETS_BUCKET } from "../../harness/sandbox/cloud";
import { eventually } from "../../harness/sandbox/eventually";
import { FINISHED, onMachine } from "../../harness/sandbox/leaving";
import type { Sandbox } from "../../harness/sandbox/sandbox";
import { plain, sshKey } from "../../harness/sandbox/scene";

/** What a job leaves that is killed, so that no hook of its own has cleared up after it: the next one shall not find it. */
let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.withoutTerraform(plain);
  await cloud.emulator.upload(SECRETS_BUCKET, "private/private_ssh_key", Buffer.from(sshKey()));
});
afterAll(() => cloud.stop());

const AGENT = "buildkite-agent";
const private_ = { BUILDKITE_PIPELINE_SLUG: "private" };
/** Hears no signal but SIGKILL, and belongs to no group of the job's. */
const stray = "(trap '' TERM HUP; exec setsid /usr/bin/sleep 1000 >/dev/null 2>&1 </dev/null) & ";
const login = "echo key | docker login --username me --password-stdin registry.example.com >/dev/null; ";
const leaveMuch = `${stray} ${login} ssh-add -l >/dev/null && touch /var/tmp/$BUILDKITE_PIPELINE_SLUG.runs; /usr/bin/sleep 1000`;
const look = `ls -d /tmp/docker-config.* /var/tmp/docker-config.* 2>/dev/null || true; pgrep --full --list-full '^ssh-agent|^/usr/bin/sleep 1000' || true`;

/** Runs a job until it has what it leaves, and kills it as the agent does at the end of its grace. */
async function killed(machine: Sandbox): Promise<void> {
  const job = machine.queue({ ...private_, BUILDKITE_COMMAND: leaveMuch });
  const isThere = () => machine.run("test -e /var/tmp/private.runs").then(({ code }) => code === 0);
  for (let tries = 0; tries < 600 && !(await isThere()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 200));
  const bootstrap = "pgrep --full '[b]uildkite-agent job .*/001.taken'";
  await machine.must(`kill -KILL $(${bootstrap})`);
  expect(await job.ended()).toMatchObject({ code: -1, signal: "SIGKILL" });
  const left = (await machine.must(look)).trim().split("\n");
  expect(left.filter((line) => line.includes("docker-config"))).toHaveLength(1);
  expect(left.filter((line) => line.includes("ssh-agent"))).toHaveLength(1);
}

const twoAgents = { BUILDKITE_AGENTS_PER_INSTANCE: "2" };

test("the next job of the same agent finds none of its logins, keys and processes, and the other agent's job goes on", () =>
  onMachine(cloud, twoAgents, async (machine) => {
    await killed(machine);
    const other = machine.hold("sleep 0");
    await other.held();
    // The first agent's place is free again, so the held job has cleared it already; the next one is the second agent's.
    const seen = await machine.queue({ BUILDKITE_COMMAND: look }).ended();
    expect(seen).toMatchObject(FINISHED);
    expect(seen.log).not.toMatch(/ssh-agent|sleep 1000/);
    expect(seen.log.match(/docker-config/g)).toHaveLength(2);
    other.finish();
    expect(await other.ended()).toMatchObject(FINISHED);
  }));

test("as the hook of an image that has none of its own, it does the same before the job begins", () =>
  onMachine(cloud, {}, async (machine) => {
    await killed(machine);
    const hooks = "/etc/buildkite-agent/hooks";
    const library = "/usr/local/lib/buildkite-elastic-ci-stack";
    await machine.must(`rm ${hooks}/environment && cp ${library}/clear-last-job.sh ${hooks}/pre-bootstrap`);
    // Not by the name that our own image gives it.
    await machine.must("cd /var/tmp && mv docker-config.* docker-config.of-another-image");
    await machine.must(`runuser --user ${AGENT} -- bash -c 'exec ssh-agent -s' >/dev/null`);
    const seen = await machine.queue({ BUILDKITE_COMMAND: look }).ended();
    expect(seen).toMatchObject({ ...FINISHED, phases: ["pre-bootstrap", "pre-command", "command", "pre-exit"] });
    expect(seen.log).not.toMatch(/ssh-agent|sleep 1000|docker-config/);
    await eventually(() => expect(machine.isOff).toBe(false));
  }));
