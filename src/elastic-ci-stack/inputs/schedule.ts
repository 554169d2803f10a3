import { atLeast, pattern, whole } from "../../schema/check";
import { cron } from "../../schema/formats/cron";
import { flag, number, text } from "../../schema/row";

export const schedule = {
  enable_scheduled_scaling: flag({
    default: false,
    about:
      "Whether two recurring actions raise and lower the group's minimum. Terraform then leaves the running minimum alone.",
  }),
  schedule_timezone: text({
    default: "UTC",
    about: "IANA time zone in which both schedules are read, such as Europe/Berlin.",
    checks: [
      pattern(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/, "be the name of an IANA time zone, such as Europe/Berlin"),
    ],
  }),
  scale_up_schedule: text({
    default: "0 8 * * MON-FRI",
    about: "When the minimum is raised: a cron expression of five fields.",
    checks: [cron()],
  }),
  scale_up_min_size: number({
    default: 1,
    about: "Fewest instances from scale_up_schedule on.",
    checks: [atLeast(0), whole()],
  }),
  scale_down_schedule: text({
    default: "0 18 * * MON-FRI",
    about: "When the minimum is lowered: a cron expression of five fields.",
    checks: [cron()],
  }),
  scale_down_min_size: number({
    default: 0,
    about: "Fewest instances from scale_down_schedule on.",
    checks: [atLeast(0), whole()],
  }),
};
