import { refuse, type Refused } from "./case";

const CACHE = "arn:aws:iam::123456789012:policy/cache";

export const wrongPolicies: readonly Refused[] = [
  refuse(
    "a managed policy by ARN and by key",
    { managed_policy_arns: [CACHE], managed_policies: { cache: CACHE } },
    `{managed_policies} is {"cache":"${CACHE}"}, but {managed_policy_arns} is ["${CACHE}"]`,
  ),
];
