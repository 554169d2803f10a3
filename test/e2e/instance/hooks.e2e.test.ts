import { type Environment, Job, LITTLE, PLENTY } from "../../harness/image/job";

let job: Job;
beforeAll(() => {
  job = new Job();
});
beforeEach(() => job.reset().settings({ BUILDKITE_SECRETS_BUCKET: "" }));
afterAll(() => job.remove());

const withSettings = (changed: Environment) => job.settings({ BUILDKITE_SECRETS_BUCKET: "", ...changed });

describe("the stack's settings", () => {
  test("reach the job as they are, and execute nothing", () => {
    const hostile = "a'b\"c $(touch executed) `touch executed`\nnext line & ünïcode";
    const { environment } = withSettings({ BUILDKITE_STACK_NAME: hostile }).hook("environment");
    expect(environment).toMatchObject({ BUILDKITE_STACK_NAME: hostile, AWS_REGION: "eu-west-1" });
    expect(job.files("fake", "tmp").filter((path) => path.endsWith("executed"))).toEqual([]);
  });

  test("win over the job's, except for regions", () => {
    const given = { AWS_REGION: "sa-east-1", AWS_DEFAULT_REGION: "sa-east-1", DOCKER_PRUNE_UNTIL: "1s" };
    expect(job.hook("environment", given).environment).toMatchObject({ ...given, DOCKER_PRUNE_UNTIL: "4h" });
  });

  test("are not printed: a public build shows its log to everybody", () => {
    withSettings({ BUILDKITE_SECRETS_BUCKET: "our-secrets", BUILDKITE_ECR_POLICY: "poweruser" }).object("env", "A=1");
    expect(job.hook("environment").log).not.toMatch(/our-secrets|poweruser|BUILDKITE_STACK/);
  });

  test("a job cannot send the hooks elsewhere for them", () => {
    const { environment } = job.hook("environment", { ELASTIC_STACK_ROOT: "/elsewhere", stack_root: "/elsewhere" });
    expect(environment["AWS_REGION"]).toBe("eu-west-1");
  });

  test("without them no job runs", () => {
    job.delete("etc/buildkite-elastic-ci-stack/job-environment");
    expect(job.hook("environment").code).not.toBe(0);
  });
});

test("a job, unlike the agent, is the first to go when memory runs out", () => {
  const hook = `bash -c '. "$1"' hook "$ELASTIC_STACK_ROOT/etc/buildkite-agent/hooks/environment" >/dev/null`;
  job.write("bin/buildkite-agent", `#!/bin/bash\n${hook}\ncat /proc/self/oom_score_adj\n`, 0o755);
  job.write("agent", 'exec "$ELASTIC_STACK_ROOT/bin/buildkite-agent"');
  expect(job.run("agent", { TMPDIR: `${job.root}/tmp`, HOME: job.root })).toMatchObject({ code: 0, log: "300\n" });
});

describe("Docker", () => {
  test("every job has a configuration of its own, which pre-exit removes", () => {
    const { environment } = job.hook("environment");
    const folder = environment["DOCKER_CONFIG"]!.replace(job.root, "");
    expect(folder).toMatch(/^\/tmp\/docker-config\.stack-i-0-1\.\w{8}$/);
    expect(job.mode(folder)).toBe("0700");
    expect(job.hook("pre-exit", { BUILDKITE_DOCKER_CONFIG_TEMP_DIRECTORY: job.root + folder }).code).toBe(0);
    expect(job.exists(folder)).toBe(false);
  });

  test("experimental features are in it where the stack wants them", () => {
    const { environment } = withSettings({ BUILDKITE_DOCKER_EXPERIMENTAL: "true" }).hook("environment");
    expect(job.read(`${environment["DOCKER_CONFIG"]!.replace(job.root, "")}/config.json`)).toBe(
      '{"experimental":"enabled"}\n',
    );
  });

  test("containers of other jobs are not listed", () => {
    expect(job.hook("environment").calls).toContain("docker ps --quiet");
    expect(job.hook("environment").log).not.toContain("CONTAINER");
  });

  test.each<{ given: Environment; code: number }>([
    { given: {}, code: 0 },
    { given: { BUILDKITE_REQUIRE_DOCKER: "true" }, code: 53 },
  ])("where it does not answer the job is told, and refused only if it requires Docker: $given", ({ given, code }) => {
    const outcome = job.set("docker-ps-fails", "").hook("environment", given);
    expect(outcome.log).toContain("Docker does not answer\nCannot connect to the Docker daemon");
    expect(outcome.code).toBe(code);
  });
});

const mark = "run/buildkite-agent/leave";

describe("a full disk", () => {
  test("is cleaned up, after which the job runs", () => {
    const { code, calls } = job.set("rooms", LITTLE + PLENTY).hook("environment");
    expect(code).toBe(0);
    expect(calls).toContain("docker image prune --all --force --filter until=4h");
    expect(calls).not.toContain("docker builder prune --all --force --filter until=4h");
  });

  test("the build cache goes too where the stack says so", () => {
    withSettings({ DOCKER_BUILDER_PRUNE_ENABLED: "true", DOCKER_PRUNE_UNTIL: "30m" }).set("rooms", LITTLE + PLENTY);
    expect(job.hook("environment").calls).toContain("docker builder prune --all --force --filter until=30m");
  });

  test.each([
    { terminate: "false", goes: false },
    { terminate: "true", goes: true },
  ])("that stays full refuses the job; the instance goes if the stack says so: $terminate", ({ terminate, goes }) => {
    withSettings({ BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL: terminate }).set("rooms", LITTLE);
    const { code, log } = job.hook("environment");
    expect([code, job.exists(mark)]).toEqual([53, goes]);
    expect(log).toContain("There is too little room on this instance's disk");
  });

  test.each([
    { cleanup: "false", terminate: "true", prunes: false, goes: false },
    { cleanup: "true", terminate: "false", prunes: true, goes: false },
    { cleanup: "true", terminate: "true", prunes: true, goes: true },
  ])("after a job never makes it fail (clean-up $cleanup, terminate $terminate)", (row) => {
    const { code, calls } = job.set("rooms", LITTLE).hook("pre-exit", {
      ENABLE_PRE_EXIT_DISK_CLEANUP: row.cleanup,
      BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL: row.terminate,
      DOCKER_PRUNE_UNTIL: "4h",
    });
    const prunes = calls.includes("docker image prune --all --force --filter until=4h");
    expect([code, prunes, job.exists(mark)]).toEqual([0, row.prunes, row.goes]);
  });

  test("an instance that cannot be told to go fails no job either", () => {
    job.set("rooms", LITTLE).set("docker-image-fails", "").delete("run").write("run", "");
    const given = { ENABLE_PRE_EXIT_DISK_CLEANUP: "true", BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL: "true" };
    expect(job.hook("pre-exit", given)).toMatchObject({
      code: 0,
      log: expect.stringContaining("could not be told") as string,
    });
  });
});

describe("files that containers wrote as root", () => {
  const repair = "sudo --non-interactive /usr/local/bin/fix-buildkite-agent-builds-permissions";
  const builds = "/var/lib/buildkite-agent/builds";

  test.each([
    { checkout: `${builds}/agent-1/acme/web`, calls: [`${repair} agent-1 acme web`] },
    { checkout: `${builds}/agent-1/acme/web/`, calls: [`${repair} agent-1 acme web`] },
    { checkout: `${builds}/agent-1/acme`, calls: [] },
    { checkout: `${builds}/agent-1/acme/web/deeper`, calls: [] },
    { checkout: builds, calls: [] },
    { checkout: "/somewhere/else", calls: [] },
    { checkout: `${builds}-of-others/a/b/c`, calls: [] },
    { checkout: "", calls: [] },
  ])("are given back below a checkout in $checkout: $calls", ({ checkout, calls }) => {
    withSettings({ DOCKER_USERNS_REMAP: "false" });
    const outcome = job.hook("environment", { BUILDKITE_BUILD_CHECKOUT_PATH: checkout });
    expect(outcome.code).toBe(0);
    expect(outcome.calls.filter((call) => call.startsWith("sudo"))).toEqual(calls);
  });

  test("do not exist where Docker maps users", () => {
    expect(job.hook("environment").calls.filter((call) => call.startsWith("sudo"))).toEqual([]);
  });

  test("that cannot be given back are a warning", () => {
    const { code, log } = withSettings({ DOCKER_USERNS_REMAP: "false" }).set("sudo-fails", "").hook("environment");
    expect([code, log.includes("may still belong to root")]).toEqual([0, true]);
  });
});

describe("ECR", () => {
  const plugin = (log: string) => log.split("\n").filter((line) => line.startsWith("plugin: "));

  test.each<{ name: string; settings: Environment; given: Environment; on: boolean }>([
    { name: "policy none", settings: { BUILDKITE_ECR_POLICY: "none" }, given: {}, on: false },
    { name: "a policy", settings: {}, given: {}, on: true },
    { name: "switched off by the stack", settings: { PLUGINS_ENABLED: "secrets docker-login" }, given: {}, on: false },
    { name: "secrets, which end alike", settings: { PLUGINS_ENABLED: "secrets" }, given: {}, on: false },
    { name: "switched off by the job", settings: {}, given: { ECR_PLUGIN_ENABLED: "0" }, on: false },
    { name: "a switch that says none", settings: {}, given: { ECR_PLUGIN_ENABLED: "none" }, on: false },
    { name: "a switch that says ON", settings: {}, given: { ECR_PLUGIN_ENABLED: "ON" }, on: true },
    { name: "AWS_ECR_LOGIN=false", settings: {}, given: { AWS_ECR_LOGIN: "false" }, on: false },
    { name: "AWS_ECR_LOGIN=true", settings: {}, given: { AWS_ECR_LOGIN: "true" }, on: true },
  ])("$name: logged in is $on", ({ settings, given, on }) => {
    const { code, log } = withSettings({ BUILDKITE_ECR_POLICY: "readonly", ...settings }).hook("environment", given);
    expect([code, plugin(log).length > 0]).toEqual([0, on]);
  });

  test("the plugin is told the accounts, the retries and the way", () => {
    withSettings({ BUILDKITE_ECR_POLICY: "readonly", ECR_CREDENTIAL_HELPER_ENABLED: "true" });
    const { log, environment } = job.hook("environment", { AWS_ECR_LOGIN_REGISTRY_IDS: "1,2,3" });
    expect(plugin(log)).toEqual([
      "plugin: BUILDKITE_PLUGIN_ECR_ACCOUNT_IDS_0=1,2,3",
      "plugin: BUILDKITE_PLUGIN_ECR_CREDENTIAL_HELPER=true",
      "plugin: BUILDKITE_PLUGIN_ECR_LOGIN=1",
      "plugin: BUILDKITE_PLUGIN_ECR_RETRIES=3",
    ]);
    expect(environment["AWS_ECR_IGNORE_CREDS_STORAGE"]).toBe("true");
  });

  test("an image without the plugin says so", () => {
    job.delete("usr/local/buildkite-aws-stack/plugins/ecr/hooks/environment");
    const { code, log } = withSettings({ BUILDKITE_ECR_POLICY: "readonly" }).hook("environment");
    job.plugin("ecr/hooks/environment");
    expect([code, log.includes("no plugin hook ecr/hooks/environment")]).toEqual([53, true]);
  });
});

describe("docker login, before the command", () => {
  const user = { DOCKER_LOGIN_USER: "us er", DOCKER_LOGIN_PASSWORD: "$(secret)", PLUGINS_ENABLED: "docker-login" };

  test.each<{ name: string; given: Environment; on: boolean }>([
    { name: "nobody to log in", given: { DOCKER_LOGIN_USER: "" }, on: false },
    { name: "a user", given: {}, on: true },
    { name: "switched off by the stack", given: { PLUGINS_ENABLED: "secrets ecr" }, on: false },
    { name: "switched off by the job", given: { DOCKER_LOGIN_PLUGIN_ENABLED: "off" }, on: false },
  ])("$name: $on", ({ given, on }) => {
    const { code, log } = job.hook("pre-command", { ...user, ...given });
    expect([code, log.includes("plugin: ")]).toEqual([0, on]);
  });

  test("the plugin is told user, server and where the password is, but not the password", () => {
    const { log } = job.hook("pre-command", { ...user, DOCKER_LOGIN_SERVER: "quay.io" });
    expect(log.split("\n").filter(Boolean)).toEqual([
      "plugin: BUILDKITE_PLUGIN_DOCKER_LOGIN_PASSWORD_ENV=DOCKER_LOGIN_PASSWORD",
      "plugin: BUILDKITE_PLUGIN_DOCKER_LOGIN_RETRIES=3",
      "plugin: BUILDKITE_PLUGIN_DOCKER_LOGIN_SERVER=quay.io",
      "plugin: BUILDKITE_PLUGIN_DOCKER_LOGIN_USERNAME=us er",
    ]);
  });

  test("without a server it is Docker Hub", () => {
    expect(job.hook("pre-command", user).log).toContain("BUILDKITE_PLUGIN_DOCKER_LOGIN_SERVER=\n");
  });
});

describe("after the job", () => {
  test.each(["/etc", "/tmp/docker-config.", "", "relative"])("nothing else is removed: %j", (path) => {
    job.write(`tmp/docker-config./kept`, "").write("etc/kept", "");
    expect(job.hook("pre-exit", { BUILDKITE_DOCKER_CONFIG_TEMP_DIRECTORY: path && job.root + path }).code).toBe(0);
    expect([job.exists("tmp/docker-config./kept"), job.exists("etc/kept")]).toEqual([true, true]);
  });

  test.each(["1", "not a number", "99999999", String(process.pid)])(
    "a process that is no ssh-agent is left alone: %s",
    (pid) => {
      expect(job.hook("pre-exit", { BUILDKITE_SECRETS_SSH_AGENT_PID: pid }).code).toBe(0);
    },
  );
});

describe("before any of this, where the boot has put no check of jobs in the place of the image's hook", () => {
  test.each([
    { lists: false, code: 0 },
    { lists: true, code: 1 },
  ])("with lists ($lists) the exit code is $code", ({ lists, code }) => {
    const path = "etc/buildkite-elastic-ci-stack/allowed-jobs";
    if (lists) job.write(path, "web\0\0\0");
    expect(job.run("etc/buildkite-agent/hooks/pre-bootstrap").code).toBe(code);
    job.delete(path);
  });
});
