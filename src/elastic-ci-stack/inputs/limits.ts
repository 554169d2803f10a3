import { between, pattern, whole } from "../../schema/check";
import { flag, number, type Platform, text } from "../../schema/row";

const LINUX: readonly Platform[] = ["linux"];

const memory = pattern(
  /^([0-9]+[KkMmGgTt]?|([1-9][0-9]?|100)%|infinity)$/,
  "be bytes such as 4G, a percentage such as 90%, or infinity",
);

const someMemory = pattern(/[^0KkMmGgTt]/, "be above 0, which systemd would ignore");
const someTime = pattern(/[1-9]/, "be above 0, which systemd would ignore");

export const limits = {
  experimental_enable_resource_limits: flag({
    default: false,
    env: "ENABLE_RESOURCE_LIMITS",
    platforms: LINUX,
    about:
      "Whether systemd confines the agent and its jobs to the limits below. Docker containers are outside of them.",
  }),
  resource_limits_memory_high: text({
    default: "90%",
    env: "RESOURCE_LIMITS_MEMORY_HIGH",
    platforms: LINUX,
    isSize: true,
    about: "Memory above which jobs are slowed down.",
    checks: [memory, someMemory],
  }),
  resource_limits_memory_max: text({
    default: "90%",
    env: "RESOURCE_LIMITS_MEMORY_MAX",
    platforms: LINUX,
    isSize: true,
    about: "Memory above which processes are killed.",
    checks: [memory, someMemory],
  }),
  resource_limits_memory_swap_max: text({
    default: "90%",
    env: "RESOURCE_LIMITS_MEMORY_SWAP_MAX",
    imageKind: "swap",
    platforms: LINUX,
    isSize: true,
    about: "Most swap space that may be used.",
    checks: [memory],
  }),
  resource_limits_cpu_weight: number({
    default: 100,
    env: "RESOURCE_LIMITS_CPU_WEIGHT",
    platforms: LINUX,
    about: "Share of the processor relative to other systemd slices, whose default is 100.",
    checks: [between(1, 10000), whole()],
  }),
  resource_limits_cpu_quota: text({
    default: "90%",
    env: "RESOURCE_LIMITS_CPU_QUOTA",
    imageKind: "percent",
    platforms: LINUX,
    about: "Most processor time, in percent of one core: two full cores are 200%.",
    checks: [pattern(/^[0-9]+%$/, "be a percentage, such as 90% or 200%"), someTime],
  }),
  resource_limits_io_weight: number({
    default: 80,
    env: "RESOURCE_LIMITS_IO_WEIGHT",
    platforms: LINUX,
    about: "Share of disk access relative to other systemd slices, whose default is 100.",
    checks: [between(1, 10000), whole()],
  }),
};
