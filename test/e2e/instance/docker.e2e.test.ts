import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

const daemon = () => JSON.parse(machine.read("etc/docker/daemon.json")) as Record<string, unknown>;
const systemctl = (calls: readonly string[]) => calls.filter((call) => call.startsWith("systemctl "));
const started = ["systemctl enable docker.service", "systemctl restart docker.service"];
const timers = "systemctl enable --now docker-gc.timer docker-low-disk-gc.timer";
const ipv4Pools = [
  { base: "172.16.0.0/12", size: 20 },
  { base: "192.168.0.0/16", size: 24 },
];
const standard = {
  "storage-driver": "overlay2",
  "default-address-pools": ipv4Pools,
  "userns-remap": "buildkite-agent",
};

describe("daemon.json", () => {
  const cases: { what: string; environment: Record<string, string>; settings: Record<string, unknown> }[] = [
    { what: "by default", environment: {}, settings: standard },
    {
      what: "without user namespaces",
      environment: { DOCKER_USERNS_REMAP: "false" },
      settings: { "storage-driver": "overlay2", "default-address-pools": ipv4Pools },
    },
    {
      what: "experimental",
      environment: { DOCKER_EXPERIMENTAL: "true" },
      settings: { ...standard, experimental: true },
    },
    {
      what: "a fixed range",
      environment: { DOCKER_FIXED_CIDR_V4: "172.16.1.0/24" },
      settings: { ...standard, "fixed-cidr": "172.16.1.0/24" },
    },
    {
      what: "dual stack",
      environment: { DOCKER_NETWORKING_PROTOCOL: "dualstack", DOCKER_FIXED_CIDR_V6: "fd00:1::/64" },
      settings: {
        ...standard,
        "default-address-pools": [...ipv4Pools, { base: "2001:db8:2::/104", size: 112 }],
        ipv6: true,
        ip6tables: true,
        "fixed-cidr-v6": "fd00:1::/64",
        experimental: true,
      },
    },
    {
      what: "IPv6 ranges without dual stack",
      environment: { DOCKER_FIXED_CIDR_V6: "fd00:1::/64", DOCKER_IPV6_ADDRESS_POOL: "fd00:2::/104" },
      settings: standard,
    },
  ];
  test.each(cases)("$what", ({ environment, settings }) => {
    expect(machine.docker(environment).code).toBe(0);
    expect(daemon()).toEqual(settings);
    expect(machine.mode("etc/docker/daemon.json")).toBe("0644");
  });

  test("has Docker's data on instance storage only where that is mounted", () => {
    const wanted = { BUILDKITE_ENABLE_INSTANCE_STORAGE: "true" };
    machine.docker(wanted);
    expect(daemon()).not.toHaveProperty("data-root");
    machine.set("mounted", `${machine.root}/mnt/ephemeral\n`).docker(wanted);
    expect(daemon()).toHaveProperty("data-root", "/mnt/ephemeral/docker");
  });
});

describe("address pools", () => {
  const cases: { vpc: string[]; pool: string; size: number; left: string[] }[] = [
    { vpc: ["10.0.0.0/16"], pool: "172.17.0.0/12", size: 20, left: ["172.16.0.0/12"] },
    // The default VPC of every account.
    {
      vpc: ["172.31.0.0/16"],
      pool: "172.17.0.0/12",
      size: 20,
      left: ["172.16.0.0/13", "172.24.0.0/14", "172.28.0.0/15", "172.30.0.0/16"],
    },
    { vpc: ["172.16.0.0/12"], pool: "172.17.0.0/12", size: 20, left: [] },
    { vpc: ["192.168.0.0/17", "172.0.0.0/8"], pool: "192.168.0.0/16", size: 24, left: ["192.168.128.0/17"] },
    { vpc: ["10.9.0.128/25"], pool: "10.9.0.0/23", size: 24, left: ["10.9.1.0/24"] },
    { vpc: ["10.9.0.0/20", "10.9.32.0/20"], pool: "10.9.0.0/18", size: 20, left: ["10.9.16.0/20", "10.9.48.0/20"] },
    { vpc: ["255.255.0.0/16"], pool: "255.255.255.255/15", size: 20, left: ["255.254.0.0/16"] },
    { vpc: ["0.0.0.0/0"], pool: "10.0.0.0/8", size: 20, left: [] },
    { vpc: [], pool: "0.0.0.0/0", size: 24, left: ["0.0.0.0/0"] },
  ];
  test("lose what overlaps the VPC, and nothing else", () => {
    const code = cases
      .map(({ vpc, pool, size }) => `free_blocks ${[pool, size, ...vpc].join(" ")}; echo end`)
      .join("\n");
    const { log } = machine.call(["address-pools.sh"], code);
    expect(log.split("end\n").map((blocks) => blocks.split("\n").filter(Boolean))).toEqual([
      ...cases.map(({ left }) => left),
      [],
    ]);
  });

  test("are asked of the metadata", () => {
    machine.metadata("network/interfaces/macs/0a:00/vpc-ipv4-cidr-blocks", "172.16.0.0/13\n192.168.0.0/16").docker();
    expect(daemon()["default-address-pools"]).toEqual([{ base: "172.24.0.0/13", size: 20 }]);
  });

  test("nothing left of them fails the boot, and so do pools too small for one network", () => {
    machine.metadata("network/interfaces/macs/0a:00/vpc-ipv4-cidr-blocks", "172.16.0.0/12\n192.168.0.0/16");
    expect(machine.docker().log).toContain("the VPC's ranges leave nothing of Docker's IPv4 address pools");
    machine.remove();
    machine = new ImageMachine();
    const outcome = machine.docker({ DOCKER_IPV4_ADDRESS_POOL_1: "10.1.0.0/24" });
    expect(outcome.log).toContain("address pool 10.1.0.0/24 is smaller than the /20");
    expect([outcome.code, machine.read("etc/docker/daemon.json")]).toEqual([1, ""]);
  });

  test("without metadata stay as they are", () => {
    const outcome = machine.set("outage", "").docker();
    expect([outcome.code, daemon()]).toEqual([0, standard]);
    expect(outcome.log).toContain("the VPC's address ranges are unknown");
  });
});

describe("Docker", () => {
  test("is started once, with its settings, and then its timers", () => {
    expect(systemctl(machine.docker().calls)).toEqual([...started, timers]);
  });

  test("is not restarted under the same settings, and is under others", () => {
    machine.docker();
    machine.set("active/docker.service", "");
    const question = "systemctl is-active --quiet docker.service";
    expect(systemctl(machine.docker().calls)).toEqual([question, timers]);
    expect(systemctl(machine.docker({ DOCKER_EXPERIMENTAL: "true" }).calls)).toEqual([...started, timers]);
  });

  test("keeps its old settings when dockerd refuses the new ones", () => {
    machine.docker();
    machine.stub("dockerd", "exit 1");
    const before = machine.read("etc/docker/daemon.json");
    const outcome = machine.docker({ DOCKER_EXPERIMENTAL: "true" });
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain("bk-configure-docker.sh failed: Docker does not accept its settings");
    expect(machine.read("etc/docker/daemon.json")).toBe(before);
    expect(systemctl(outcome.calls)).toEqual([]);
  });
});

describe("user namespaces", () => {
  test("root in a container is the agent's user and Docker's group; others' ranges stay", () => {
    machine.write("etc/subuid", "ec2-user:500000:65536\nbuildkite-agent:7:7\n");
    machine.docker();
    machine.docker();
    expect(machine.read("etc/subuid")).toBe(
      "ec2-user:500000:65536\nbuildkite-agent:2000:1\nbuildkite-agent:100000:65536\n",
    );
    expect(machine.read("etc/subgid")).toBe("buildkite-agent:991:1\nbuildkite-agent:100000:65536\n");
  });

  test("without them nobody's ids are mapped", () => {
    machine.docker({ DOCKER_USERNS_REMAP: "false" });
    expect(machine.read("etc/subuid")).toBe("");
  });
});
