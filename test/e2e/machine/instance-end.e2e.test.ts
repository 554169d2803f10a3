import { spawnSync } from "node:child_process";
import { shipped } from "../../harness/userdata/machine";
import { type Scenario, START, SystemdMachine } from "../../harness/userdata/systemd-machine";

/* Instances that would never end by themselves, under a real systemd: nothing but its timer ends them. */
const watched = "buildkite-liveness.timer buildkite-drain-watcher.service boot.service";
const unhealthy = "set-instance-health --health-status";
const settings = "etc/buildkite-elastic-ci-stack/environment.json";

const late = 'echo "600.00 1.00" >/facts/uptime';
const registered = `${START}\n/usr/local/lib/buildkite-elastic-ci-stack/await-agent.sh`;
const stop = "systemctl kill --kill-who=main --signal=SIGSTOP buildkite-agent";
const told = { INSTANCE_BOOT_TIMEOUT: "0", BUILDKITE_GIT_MIRROR_SEED_BUCKET: "" };
const stopping = "until [[ $(systemctl is-active buildkite-agent) == deactivating ]]; do sleep 0.1; done";
const jobRuns = 'until grep -qx "job starts" /facts/calls; do sleep 0.2; done';
/** A unit whose start never ends. */
const endless = "[Service]\nType=oneshot\nExecStart=/bin/sleep infinity\n";
const endlessAgent = {
  "units/buildkite-agent.service.d/endless.conf":
    "[Service]\nTimeoutStartSec=infinity\nExecStartPre=/bin/sleep infinity\n",
};

const faults: Readonly<Record<string, Scenario>> = {
  "a boot that hangs": { boot: `${late}\nsleep infinity` },
  "Docker that never becomes ready": {
    boot: `${late}\nsystemctl restart docker.service`,
    files: { "units/docker.service": endless },
  },
  "an agent that never registers": { register: 503, boot: `${late}\n${registered}` },
  "an agent that never starts, at the boot": { boot: `${late}\n${START}`, files: endlessAgent },
  "an agent that does not start again": {
    boot: `mkdir -p /run/buildkite-elastic-ci-stack && touch /run/buildkite-elastic-ci-stack/registered\n${START}`,
    files: endlessAgent,
  },
  "a job that stops the agent": { jobs: ["sleep 1000"], boot: `${registered}\n${stop}` },
  "an agent that is stopped while it drains": {
    jobs: ["sleep 1000"],
    boot: `${registered}\nsystemctl stop --no-block buildkite-agent\n${stop}`,
  },
  // systemd itself lets an agent go on that was stopped before.
  "a shutdown that waits for an agent that is stopped": {
    jobs: ["sleep 1000"],
    boot: `trap '' TERM\n${registered}\nsystemctl start --no-block poweroff.target\n${stopping}\n${stop}`,
  },
  // Nobody has waited for the agent's registration, so the boot counts as unfinished.
  "a failed boot's shutdown that waits for an agent": {
    jobs: ["sleep 1000"],
    boot: `${START}\n${jobRuns}\n${late}\nsystemctl start --no-block poweroff.target`,
  },
  "a drain watcher that hangs": {
    jobs: ["sleep 1000"],
    boot: `${registered}\nsystemctl kill --signal=SIGSTOP buildkite-drain-watcher`,
  },
  "a drain watcher that cannot start": {
    jobs: ["sleep 1000"],
    boot: `${registered}\necho "{" >/${settings}\nsystemctl kill --signal=SIGKILL buildkite-drain-watcher`,
  },
  "a drain watcher that is gone": {
    jobs: ["sleep 1000"],
    boot: `${registered}\nsystemctl mask --runtime --now buildkite-drain-watcher`,
  },
  "user data that never come": {
    wants: "buildkite-liveness.timer boot.service",
    boot: `mkdir /run/cloud-init; echo '"datasource": "DataSourceNone"' >/run/cloud-init/status.json\n${late}`,
    without: [settings],
  },
};

/** What Buildkite's image makes of authorized_users_url, where the address does not answer. */
const refresh = `#!/bin/bash
false fetched to /tmp/authorized_keys
mv /tmp/authorized_keys /root/keys
`;
const off = "systemctl poweroff --force";
const jobsFile = "runuser --user buildkite-agent -- bash -c 'echo of a job >/tmp/authorized_keys'";

const others: Readonly<Record<string, Scenario>> = {
  "machine of an image's build": {
    wants: "buildkite-liveness.timer boot.service",
    boot: `mkdir /run/cloud-init; echo '"datasource": "DataSourceEc2Local"' >/run/cloud-init/status.json\n${late}\nsleep 20\necho built >>/facts/calls\n${off}`,
    without: [settings],
  },
  "keys on Buildkite's image": {
    wants: "boot.service",
    files: {
      "usr/local/bin/refresh_authorized_keys": refresh,
      "units/refresh_authorized_keys.service":
        "[Service]\nType=oneshot\nExecStart=/usr/local/bin/refresh_authorized_keys\n",
      "units/refresh_authorized_keys.service.d/private.conf": shipped("linux/refresh-authorized-keys-private.conf"),
    },
    boot: `echo of the operator >/root/keys\n${jobsFile}\nsystemctl start refresh_authorized_keys\necho "keys $(</root/keys)" >>/facts/calls\n${off}`,
  },
  "an agent's token": {
    wants: "boot.service",
    without: ["etc/buildkite-agent/buildkite-agent.cfg"],
    files: {
      "etc/buildkite-elastic-ci-stack/agent-secrets/buildkite-agent.cfg": "token=secret\n",
      "usr/bin/buildkite-agent": `#!/bin/bash
echo "agent read $(<"$3")" >>/facts/calls
for file in /run/buildkite-elastic-ci-stack/agent-secrets/* /etc/buildkite-elastic-ci-stack/agent-secrets/* /etc/buildkite-agent/*; do
  ! timeout 5 cat "$file" >>/facts/calls
done
echo "agent starts" >>/facts/calls
`,
    },
    boot: `${registered}
until [[ $(systemctl is-active buildkite-agent) == inactive ]]; do sleep 0.1; done
systemctl start buildkite-agent
until [[ $(systemctl is-active buildkite-agent) == inactive ]]; do sleep 0.1; done
systemctl show -P Result buildkite-agent-secrets
find /run/buildkite-elastic-ci-stack/agent-secrets
${off}`,
  },
};

const scenarios = { ...faults, ...others };
const outcomes = new Map<string, Awaited<ReturnType<SystemdMachine["run"]>>>();

beforeAll(async () => {
  const probe = ["--mount", "--pid", "--fork", "--cgroup", "--net", "test", "-x", "/lib/systemd/systemd"];
  if (spawnSync("unshare", probe).status !== 0) {
    throw new Error("These tests start systemd in namespaces: they need systemd, and root that may make namespaces.");
  }
  // They mostly wait, so they do it all at once.
  const run = async ([name, scenario]: [string, Scenario]) => {
    const whole = { wants: watched, ...scenario, settings: { ...told, ...scenario.settings } };
    outcomes.set(name, await new SystemdMachine(whole).run());
  };
  await Promise.all(Object.entries(scenarios).map(run));
});

test.each(Object.keys(faults))("%s: the group hears that the instance is unhealthy, and the machine is off", (name) => {
  expect(outcomes.get(name)).toMatchObject({ isOff: true });
  expect(outcomes.get(name)!.calls).toContain(unhealthy);
});

test("a machine that an image is built on is left alone", () => {
  expect(outcomes.get("machine of an image's build")).toMatchObject({ isOff: true, calls: ["built"] });
});

test("on Buildkite's image a file of a job's does not become the authorized keys when they cannot be fetched", () => {
  expect(outcomes.get("keys on Buildkite's image")!.calls).toEqual(["keys of the operator"]);
});

test("the agent gets its token at each start, and its user does not find it afterwards", () => {
  const once = ["agent read token=secret", "agent starts"];
  expect(outcomes.get("an agent's token")!.calls).toEqual([...once, ...once]);
  expect(outcomes.get("an agent's token")!.boot).toMatch(/success\nfind: .*No such file/);
});
