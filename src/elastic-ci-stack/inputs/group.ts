import { above, atLeast, between, emptyOr, whole } from "../../schema/check";
import { isoOrGoDuration } from "../../schema/formats/durations";
import { flag, number, text } from "../../schema/row";

export const group = {
  min_size: number({
    default: 0,
    about: "Fewest instances in the Auto Scaling group. Where it equals max_size, no AgentScaler is created.",
    checks: [atLeast(0), whole()],
  }),
  max_size: number({
    default: 10,
    about: "Most instances in the Auto Scaling group.",
    checks: [atLeast(0), whole()],
  }),
  instance_buffer: number({
    default: 0,
    about: "Instances beyond demand that AgentScaler asks for as long as there are jobs.",
    checks: [atLeast(0), whole()],
  }),
  disable_scale_in: flag({
    default: true,
    about:
      "Whether AgentScaler never lowers the group's capacity, so that instances only leave by themselves when idle. " +
      "Buildkite's own implementation disregards it in elastic CI mode.",
  }),
  scale_in_idle_period: number({
    default: 600,
    env: "BUILDKITE_SCALE_IN_IDLE_PERIOD",
    // Buildkite's own stack allows 0.
    imageKind: "whole:0:",
    about:
      "Seconds without a job after which an agent disconnects and its instance terminates. It is not a polling interval.",
    checks: [{ ...atLeast(1), must: "be at least 1: 0 would keep idle instances for ever" }, whole()],
  }),
  scale_out_factor: number({
    default: 1,
    about: "Factor on the size of each scale-out: above 1 adds more than is needed now, below 1 adds less.",
    checks: [above(0)],
  }),
  scale_out_for_waiting_jobs: flag({
    default: false,
    about:
      "Whether jobs behind wait and block steps count as demand, so that instances are ready when they are released.",
  }),
  scale_out_cooldown_period: number({
    default: 300,
    about:
      "Fewest seconds between two scale-outs. The AgentScaler of scaler_implementation typescript lets more jobs than before through at once.",
    checks: [above(0), whole()],
  }),
  scale_in_cooldown_period: number({
    default: 3600,
    about: "Fewest seconds between two scale-ins. It matters only where AgentScaler may scale in.",
    checks: [above(0), whole()],
  }),
  instance_creation_timeout: text({
    default: "",
    about: "How long Terraform waits for min_size instances to come into service. Empty: 10 minutes; 0s: no wait.",
    checks: [emptyOr(isoOrGoDuration())],
  }),
  instance_scale_in_protection: flag({
    default: true,
    about: "Whether Auto Scaling may not choose instances for scale-in by itself, which could end running jobs.",
  }),
  instance_termination_grace_period: number({
    default: 3600,
    env: "INSTANCE_TERMINATION_GRACE_PERIOD",
    about: "Seconds that a terminating instance has to finish its jobs before the lifecycle hook lets it go.",
    checks: [between(30, 7200), whole()],
  }),
  enable_instance_refresh: flag({
    default: false,
    about:
      "Whether a changed launch template replaces running instances one after the other. Otherwise only new instances get it.",
  }),
};
