import { choice, flag } from "../../schema/row";

const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653] as const;

export const logs = {
  enable_ec2_log_retention_policy: flag({
    default: false,
    env: "ENABLE_EC2_LOG_RETENTION_POLICY",
    about:
      "Whether instances set a retention on their CloudWatch log groups. All stacks of an account and region share these groups.",
  }),
  ec2_log_retention_days: choice(RETENTION_DAYS, {
    default: 7,
    env: "EC2_LOG_RETENTION_DAYS",
    about: "Days that instance logs are kept where that retention is on.",
  }),
  lambda_log_retention_days: choice(RETENTION_DAYS, {
    default: 1,
    about: "Days that the functions' logs are kept.",
  }),
  lambda_architecture: choice(["x86_64", "arm64"], {
    default: "x86_64",
    about: "Processor architecture of the functions.",
  }),
};
