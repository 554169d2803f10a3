import { gunzipSync } from "node:zlib";
import { Cloud, rendered, SECRETS_BUCKET } from "../../harness/sandbox/cloud";
import { asked, CANCEL, FINISHED, onMachine, SHRINK, signals } from "../../harness/sandbox/leaving";
import { FILL_DISK, Sandbox } from "../../harness/sandbox/sandbox";
import { plain } from "../../harness/sandbox/scene";

/** What goes wrong around jobs on a machine that has booted well: each costs its own job at most, and never the agent. */
let cloud: Cloud;
let machine: Sandbox;

beforeAll(async () => {
  cloud = await Cloud.apply(plain);
  await cloud.emulator.upload(SECRETS_BUCKET, "fails/env", Buffer.from("PASSWORD=secret-of-the-file\nfalse\n"));
  machine = await Sandbox.start({ cloud, speed: 10 });
  expect(await machine.boot()).toMatchObject({ code: 0 });
  await machine.must(
    `mkdir -p /srv/app/.buildkite/hooks && cd /srv/app && git init --quiet &&
printf '#!/bin/bash\\necho I refuse; exit 3\\n' >.buildkite/hooks/pre-command && git add . &&
git -c user.name=a -c user.email=a@example.com commit --quiet --message hook && chown -R buildkite-agent: .`,
  );
});
afterAll(async () => {
  await machine.stop();
  await cloud.stop();
});

test("what other machines boot without Terraform is what Terraform makes of the same inputs", () => {
  expect(rendered(plain)).toBe(gunzipSync(cloud.userData).toString());
});

interface Fault {
  readonly title: string;
  readonly job?: Readonly<Record<string, string>>;
  readonly arrange?: () => unknown;
  readonly code: number;
  readonly failedIn: string | null;
  readonly says: RegExp;
  readonly keepsSilentOf?: string;
}

const down = { code: 1, stderr: "Cannot connect to the Docker daemon" };
const noRoom = { DISK_MIN_AVAILABLE: "999999999999" };

const faults: readonly Fault[] = [
  {
    title: "an environment file in the bucket that fails: the job is refused, and what is in the file stays unsaid",
    job: { BUILDKITE_PIPELINE_SLUG: "fails" },
    code: 53,
    failedIn: "environment",
    says: /the environment file fails\/env in the secrets bucket fails in line 2/,
    keepsSilentOf: "secret-of-the-file",
  },
  {
    title: "a hook of the repository that fails: the job fails as the hook says",
    job: { BUILDKITE_REPO: "/srv/app", BUILDKITE_PIPELINE_SLUG: "hooked" },
    code: 3,
    failedIn: "pre-command",
    says: /I refuse/,
  },
  {
    title: "a command that fails: its code is the job's",
    job: { BUILDKITE_COMMAND: "exit 42" },
    code: 42,
    failedIn: "command",
    says: /(?:)/,
  },
  {
    title: "Docker that does not answer: a warning, for many jobs need none",
    arrange: () => machine.answer("docker", /^ps/, down, { times: 1 }),
    code: 0,
    failedIn: null,
    says: /:warning: Elastic CI Stack: Docker does not answer\nCannot connect to the Docker daemon/,
  },
  {
    title: "Docker that does not answer a job that requires it: the job is refused",
    job: { BUILDKITE_REQUIRE_DOCKER: "true" },
    arrange: () => machine.answer("docker", /^ps/, down, { times: 1 }),
    code: 53,
    failedIn: "environment",
    says: /This job requires Docker/,
  },
  {
    title: "no room for a job: it is refused when removing images has not helped",
    job: noRoom,
    code: 53,
    failedIn: "environment",
    says: /There is too little room/,
  },
  {
    title: "an agent that cannot redact: a warning",
    arrange: () => machine.answer("buildkite-agent", /^redactor/, { code: 1 }, { times: 1 }),
    code: 0,
    failedIn: null,
    says: /the agent does not redact these secrets/,
  },
];

test.each(faults)("$title", async ({ job = {}, arrange, code, failedIn, says, keepsSilentOf = "no such text" }) => {
  arrange?.();
  const ended = await machine.job(job);
  expect(ended).toMatchObject({ code, failedIn });
  expect(ended.log).toMatch(says);
  expect(ended.log).not.toContain(keepsSilentOf);
  expect(ended.phases.includes("command")).toBe(code === 0 || failedIn === "command");
  expect(await machine.queue().ended()).toMatchObject(FINISHED);
  expect([signals(machine), asked(machine), machine.isOff]).toEqual([[], [], false]);
});

test("a full disk: the next job is refused, the running one ends as it likes, and then the instance goes", () =>
  onMachine(
    cloud,
    { BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL: "true", BUILDKITE_AGENTS_PER_INSTANCE: "2" },
    async (full) => {
      const running = full.hold();
      await running.held();
      await full.must(FILL_DISK);
      expect(await full.queue().ended()).toMatchObject({ code: 53, failedIn: "environment" });
      const pruned = full.commands("docker").filter((one) => one.startsWith("docker image prune"));
      expect(pruned).toEqual(["docker image prune --all --force --filter until=4h"]);
      running.finish();
      expect(await running.ended()).toMatchObject(FINISHED);
      await full.gone();
      expect(asked(full)[0]).toBe(SHRINK);
      expect(signals(full)).not.toContain(CANCEL);
    },
  ));
