import { spawnSync } from "node:child_process";
import { type Environment, Job, LITTLE, PLENTY } from "../../harness/image/job";

let job: Job;
beforeAll(() => {
  job = new Job();
});
beforeEach(() => job.reset());
afterAll(() => job.remove());

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const check = (environment: Readonly<Record<string, string>> = {}) =>
  job.run("usr/local/bin/bk-check-disk-space.sh", environment);

describe("bk-check-disk-space.sh", () => {
  test.each<{ name: string; room: string; given: Environment; code: number }>([
    { name: "plenty of both", room: PLENTY, given: {}, code: 0 },
    { name: "just enough", room: "5242880 250000\n", given: {}, code: 0 },
    { name: "a KiB too little", room: "5242879 250000\n", given: {}, code: 1 },
    { name: "an inode too few", room: "5242880 249999\n", given: {}, code: 1 },
    { name: "a file system without inodes", room: "5242880 -\n", given: {}, code: 0 },
    {
      name: "limits of one's own",
      room: "100 100\n",
      given: { DISK_MIN_AVAILABLE: "100", DISK_MIN_INODES: "100" },
      code: 0,
    },
    { name: "a disk that tells nothing", room: "\n", given: {}, code: 1 },
  ])("$name: exit code $code", ({ room, given, code }) => {
    expect(job.set("rooms", room).run("usr/local/bin/bk-check-disk-space.sh", given).code).toBe(code);
  });

  const dfOf = (path: string) => `df --block-size=1K --output=avail,iavail -- ${path}`;

  test.each([
    { name: "Docker's own folder", root: "/mnt/ephemeral/docker", exists: true, judged: "/mnt/ephemeral/docker" },
    {
      name: "the folder above one that Docker has not made yet",
      root: "/mnt/new/docker",
      exists: false,
      judged: "/mnt",
    },
  ])("judges the disk of $name", ({ root, exists, judged }) => {
    job.write("etc/docker/daemon.json", "{}").set("data-root", root).folder("mnt");
    if (exists) job.folder(root);
    expect(check()).toMatchObject({ code: 0, calls: expect.arrayContaining([dfOf(judged)]) as string[] });
    job.delete("etc/docker/daemon.json").delete("mnt");
  });

  const builds = "var/lib/buildkite-agent/builds";
  const purge = { BUILDKITE_PURGE_BUILDS_ON_DISK_FULL: "true", BUILDKITE_AGENT_NAME: "stack-i-0a1b-1" };
  const withBuilds = () =>
    job.write(`${builds}/stack-i-0a1b-1/acme/web/file`, "").write(`${builds}/stack-i-0a1b-2/file`, "");
  const left = () => [job.exists(`${builds}/stack-i-0a1b-1/acme`), job.exists(`${builds}/stack-i-0a1b-2/file`)];

  test("root purges nothing, whatever it is told", () => {
    if (!isRoot) return;
    withBuilds();
    expect(job.set("rooms", LITTLE).run("usr/local/bin/bk-check-disk-space.sh", purge).code).toBe(1);
    expect(left()).toEqual([true, true]);
  });

  test.each([
    { name: "this agent's builds alone", given: {}, after: [false, true], code: 0 },
    {
      name: "nothing where the stack does not say so",
      given: { BUILDKITE_PURGE_BUILDS_ON_DISK_FULL: "false" },
      after: [true, true],
      code: 1,
    },
    { name: "nothing without an agent's name", given: { BUILDKITE_AGENT_NAME: "" }, after: [true, true], code: 1 },
    { name: "nothing for a name that climbs", given: { BUILDKITE_AGENT_NAME: ".." }, after: [true, true], code: 1 },
  ])("purges $name", ({ given, after, code }) => {
    withBuilds().set("rooms", LITTLE + PLENTY);
    spawnSync("chmod", ["-R", "a+rwX", job.root]);
    const child = spawnSync(`${job.root}/usr/local/bin/bk-check-disk-space.sh`, {
      env: {
        PATH: `${job.root}/stubs:/usr/bin:/bin`,
        FAKE: job.fake,
        ...purge,
        BUILDKITE_BUILD_PATH: `${job.root}/${builds}`,
        ...given,
      },
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    expect([child.status, left()]).toEqual([code, after]);
  });
});

describe("the hourly clean-ups", () => {
  const age = (verb: string) => `docker ${verb} prune --force --filter until=30m`;

  test("docker-gc removes networks and containers as old as the stack says", () => {
    const { code, calls } = job.settings({ DOCKER_PRUNE_UNTIL: "30m" }).run("usr/local/bin/docker-gc");
    expect([code, calls]).toEqual([0, [age("network"), age("container")]]);
  });

  test("before the boot has written the stack's settings, four hours count", () => {
    job.delete("etc/buildkite-elastic-ci-stack/job-environment");
    const { calls } = job.run("usr/local/bin/docker-gc");
    expect(calls).toContain("docker network prune --force --filter until=4h");
  });

  const lowDisk = () => job.run("usr/local/bin/docker-low-disk-gc");
  const decisions = (calls: readonly string[]) => calls.filter((call) => !/^(df|docker|jq)/.test(call));
  const mark = "run/buildkite-agent/leave";

  test("a disk with room is left alone", () => {
    const { code, calls } = lowDisk();
    expect([code, calls.filter((call) => !call.startsWith("df"))]).toEqual([0, []]);
  });

  test("a full one is cleaned up, build cache and all", () => {
    const { code, calls } = job
      .set("rooms", LITTLE + PLENTY)

      .run("usr/local/bin/docker-low-disk-gc");
    expect([code, decisions(calls)]).toEqual([0, []]);
    expect(calls.filter((call) => call.startsWith("docker"))).toEqual([
      "docker image prune --all --force --filter until=4h",
      "docker builder prune --all --force --filter until=4h",
    ]);
  });

  test("where that does not help, the agent finishes its jobs and the instance goes", () => {
    const { code, calls, log } = job.set("rooms", LITTLE).run("usr/local/bin/docker-low-disk-gc");
    expect([code, decisions(calls), job.exists(mark)]).toEqual([0, [], true]);
    expect(log).toContain("the agent finishes its jobs, then this instance is replaced");
  });

  test.each(["image", "builder"])("a Docker that does not answer (%s) ends nothing", (verb) => {
    job.set("rooms", LITTLE).set(`docker-${verb}-fails`, "");
    const { code, calls } = lowDisk();
    expect([code, decisions(calls), job.exists(mark)]).toEqual([1, [], false]);
  });
});
