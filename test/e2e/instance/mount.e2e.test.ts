import { ImageMachine } from "../../harness/image/machine";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
});
afterEach(() => machine.remove());

const wanted = { BUILDKITE_ENABLE_INSTANCE_STORAGE: "true" };
const byId = "dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS";

/** Disks as udev shows them: every one by two names, and one with a partition. */
function disks(count: number): void {
  for (let disk = 1; disk <= count; disk++) {
    machine.write(`dev/nvme${disk}n1`, "");
    machine.link(`${byId}${disk}`, `dev/nvme${disk}n1`).link(`${byId}${disk}_1`, `dev/nvme${disk}n1`);
  }
  machine.write("dev/nvme0n1", "").link("dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol1", "dev/nvme0n1");
  machine.write("dev/nvme1n1p1", "").link(`${byId}1-part1`, "dev/nvme1n1p1");
}

/** What changes the machine, without the questions. */
const changes = (calls: readonly string[]) =>
  calls.filter((call) => !/^(mountpoint|findmnt|blkid|udevadm|chown) /.test(call));

const folders = [
  "/mnt/ephemeral/builds /var/lib/buildkite-agent/builds",
  "/mnt/ephemeral/git-mirrors /var/lib/buildkite-agent/git-mirrors",
];
const binds = folders.map((pair) => `mount --bind ${pair}`);
const enabled = "systemctl enable bk-mount-instance-storage.service";

describe("instance storage", () => {
  test("is left alone unless the stack wants it", () => {
    disks(1);
    expect(machine.mount()).toMatchObject({ code: 0, calls: [] });
  });

  test("one disk is formatted and mounted, with the agent's folders on it", () => {
    disks(1);
    const outcome = machine.mount(wanted);
    expect(outcome.code).toBe(0);
    expect(changes(outcome.calls)).toEqual([
      "mkfs.ext4 -q -F -L bk-ephemeral -E nodiscard /dev/nvme1n1",
      "mount -o noatime /dev/nvme1n1 /mnt/ephemeral",
      ...binds,
      enabled,
    ]);
    expect(outcome.calls).toContain("chown buildkite-agent:buildkite-agent /mnt/ephemeral/builds");
  });

  test("several disks become one RAID 0, each of them once and no other disk", () => {
    disks(3);
    expect(changes(machine.mount(wanted).calls).slice(1, 5)).toEqual([
      "mdadm --create /dev/md/bk-ephemeral --run --level=0 --chunk=256 --raid-devices=3 /dev/nvme1n1 /dev/nvme2n1 /dev/nvme3n1",
      "blockdev --setra 65536 /dev/md/bk-ephemeral",
      "mkfs.ext4 -q -F -L bk-ephemeral -E nodiscard /dev/md/bk-ephemeral",
      "mount -o noatime /dev/md/bk-ephemeral /mnt/ephemeral",
    ]);
  });

  test("what is mounted already stays as it is", () => {
    disks(2);
    machine.mount(wanted);
    expect(changes(machine.mount(wanted).calls)).toEqual([enabled]);
  });

  test("after a reboot the file system is found by its label and not made anew", () => {
    disks(1);
    machine.mount(wanted);
    machine.set("mounted", "");
    expect(changes(machine.mount(wanted).calls)).toEqual([
      "mount -o noatime /dev/nvme1n1 /mnt/ephemeral",
      ...binds,
      enabled,
    ]);
  });

  test("a RAID that nobody has assembled yet is assembled before anything is formatted", () => {
    disks(2);
    machine.set("raid-members", `${machine.root}/dev/nvme1n1\n${machine.root}/dev/nvme2n1\n`);
    machine.stub(
      "mdadm",
      `[[ $1 != --assemble ]] || { touch "${machine.root}/dev/md127"; echo "${machine.root}/dev/md127" >"$FAKE/file-system"; }`,
    );
    expect(changes(machine.mount(wanted).calls).slice(0, 2)).toEqual([
      "mdadm --assemble --scan",
      "mount -o noatime /dev/md127 /mnt/ephemeral",
    ]);
  });

  test("a volume of the stack's owner with the same label is not touched", () => {
    disks(1);
    machine.set("file-system", `${machine.root}/dev/nvme0n1\n`);
    expect(changes(machine.mount(wanted).calls)).toContain("mount -o noatime /dev/nvme1n1 /mnt/ephemeral");
  });

  test("a link that a job has left in place of a folder is not mounted over", () => {
    disks(1);
    machine.folder("etc/ssh").link("var/lib/buildkite-agent/builds", "etc/ssh");
    const outcome = machine.mount(wanted);
    expect(outcome.log).toContain("builds is a link, and not the agent's folder");
    expect([outcome.code, outcome.calls.filter((call) => call.startsWith("mount --bind"))]).toEqual([1, []]);
  });

  test("an instance without such disks goes on, and says so in the log and to the agent's tags", () => {
    disks(0);
    const outcome = machine.mount(wanted);
    expect(outcome.code).toBe(0);
    expect(outcome.log).toContain("has no NVMe instance storage");
    expect(changes(outcome.calls)).toEqual([enabled]);
    machine.install(wanted);
    expect(machine.read("etc/buildkite-agent/buildkite-agent.cfg")).toMatch(/^tags=.*,instance-storage=missing$/m);
    expect(machine.docker(wanted).code).toBe(0);
    expect(machine.read("etc/docker/daemon.json")).not.toContain("/mnt/ephemeral");
  });

  test.each(["mkfs.ext4", "mount", "mdadm"])(
    "%s fails: so does the part, with the command as its reason",
    (program) => {
      disks(2);
      machine.stub(program, "[[ $1 != --assemble ]] || exit 0; exit 3");
      const outcome = machine.mount(wanted);
      expect(outcome.code).not.toBe(0);
      expect(machine.read("run/buildkite-elastic-ci-stack/boot-failed")).toMatch(
        /^bk-mount-instance-storage.sh: line \d+ of bk-mount-instance-storage.sh: .*\n$/,
      );
      expect(machine.install().calls).not.toContainEqual(expect.stringContaining("buildkite-agent.service"));
    },
  );
});

describe("/tmp", () => {
  const onDisk = { BUILDKITE_MOUNT_TMPFS_AT_TMP: "false" };

  test("stays in memory by default", () => {
    expect(machine.set("mounted", `${machine.root}/tmp\n`).mount().calls).toEqual([]);
  });

  test("moves to the disk, for this boot and the later ones", () => {
    machine.folder("tmp").set("mounted", `${machine.root}/tmp\n`);
    expect(changes(machine.mount(onDisk).calls)).toEqual(["umount --lazy /tmp", "systemctl mask --now tmp.mount"]);
    expect(machine.mode("tmp")).toBe("1777");
  });

  test("is not unmounted where it lies on the disk already", () => {
    expect(changes(machine.mount(onDisk).calls)).toEqual(["systemctl mask --now tmp.mount"]);
  });
});
