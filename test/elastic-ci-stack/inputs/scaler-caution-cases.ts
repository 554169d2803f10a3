import { type Given } from "./case";

const TYPESCRIPT = { scalerImplementation: "typescript" };
const SERVES = { ...TYPESCRIPT, scalerGroups: ["deploy=deploy-asg"] };

/** A setting of a function that is not there, and what it needs beside it to be allowed. */
const SCALER_OFF: readonly (readonly [setting: Given, beside?: Given])[] = [
  [{ scalerEnableElasticCiMode: true }, { disableScaleIn: false }],
  [{ scalerEventSchedulePeriod: "2 minutes" }],
  [{ scalerMinPollInterval: "20s" }],
  [{ scalerEventScheduleJitter: "5s" }],
  [{ scalerLambdaS3Bucket: "mirror" }],
  [{ scalerLambdaS3Key: "handler.zip" }],
  [{ scalerLambdaS3ObjectVersion: "1" }],
  [{ scalerManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }],
  [{ scalerEnableCloudwatchMetrics: false }],
  [{ scalerReservedConcurrentExecutions: 1 }],
  [{ scalerDisableScaleOut: true }],
  [{ scalerScaleInFactor: 0.5 }],
  [{ scalerOnlyAfterAllEvents: true }],
  [{ scalerMaxInstanceCap: 5 }],
  [{ scalerAvailabilityThreshold: 0 }],
  [{ scalerWarmIdleInstances: 1 }, TYPESCRIPT],
  [{ scalerGroups: ["deploy=deploy-asg"] }, TYPESCRIPT],
  [{ scalerDanglingCheckMinimumUptime: "2h" }],
  [{ scalerMaxDanglingInstances: 0 }],
  [{ scalerActivityTimeout: "5s" }],
  [{ scalerMaxActivityPages: 2 }],
];

const scalerOff = SCALER_OFF.map(([setting, beside]): readonly [Given, string] => {
  const [[prop, content]] = Object.entries(setting) as [[string, unknown]];
  const says = `${prop} is ${JSON.stringify(content)}, which has no effect: scalerEnabled is off.`;
  return [{ scalerEnabled: false, ...beside, ...setting }, says];
});

const OVERLAP = "but Buildkite's AgentScaler polls for 50 seconds after it";

export const scalerSurprises: readonly (readonly [props: Given, says: string])[] = [
  ...scalerOff,
  [
    { scalerLambdaRoleArn: "arn:aws:iam::123456789012:role/scaler" },
    "scalerEnableCloudwatchMetrics is true, and scalerLambdaRoleArn is given. Where that role may not call cloudwatch:PutMetricData, " +
      "Buildkite's AgentScaler does not scale in: allow it, or set scalerEnableCloudwatchMetrics to false.",
  ],
  [
    { scalerDanglingCheckMinimumUptime: "2h" },
    'scalerDanglingCheckMinimumUptime is "2h", which has no effect: scalerEnableElasticCiMode is off.',
  ],
  [
    { scalerMaxDanglingInstances: 0 },
    "scalerMaxDanglingInstances is 0, which has no effect: scalerEnableElasticCiMode is off.",
  ],
  [
    { scalerScaleInFactor: 0.5 },
    "scalerScaleInFactor is 0.5, which has no effect: disableScaleIn is on, so AgentScaler never scales in.",
  ],
  [
    { ...SERVES, minSize: 2, maxSize: 2 },
    'scalerGroups is ["deploy=deploy-asg"], which has no effect: a group of one size has no AgentScaler.',
  ],
  [
    { ...TYPESCRIPT, scalerEnableElasticCiMode: true },
    "disableScaleIn is true, which the TypeScript AgentScaler honours in elastic CI mode too",
  ],
  ...["10.5s", "11s", "59s", "10001ms", "20000ms"].map((jitter): readonly [Given, string] => [
    { scalerEventScheduleJitter: jitter },
    `scalerEventScheduleJitter is "${jitter}", ${OVERLAP}`,
  ]),
];

export const scalerAsMeant: readonly (readonly [why: string, props: Given])[] = [
  [
    "elastic CI mode of the TypeScript scaler that may scale in",
    { ...TYPESCRIPT, scalerEnableElasticCiMode: true, disableScaleIn: false },
  ],
  [
    "elastic CI mode with its settings",
    {
      scalerEnableElasticCiMode: true,
      disableScaleIn: false,
      scalerDanglingCheckMinimumUptime: "2h",
      scalerMaxDanglingInstances: 0,
      scalerScaleInFactor: 0.5,
    },
  ],
  [
    "elastic CI mode of the TypeScript scaler on Windows",
    { ...TYPESCRIPT, instanceOperatingSystem: "windows", scalerEnableElasticCiMode: true, disableScaleIn: false },
  ],
  ["one function for two groups", SERVES],
  ["a stack whose group another one's function serves", { ...TYPESCRIPT, scalerEnabled: false }],
  ["a short jitter", { scalerEventScheduleJitter: "10s" }],
  ["a short jitter in milliseconds", { scalerEventScheduleJitter: "10000ms" }],
  ["a long jitter of runs that wait", { scalerEventScheduleJitter: "30s", scalerReservedConcurrentExecutions: 1 }],
  ["a long jitter of rare runs", { scalerEventScheduleJitter: "30s", scalerEventSchedulePeriod: "2 minutes" }],
  ["a long jitter of the TypeScript scaler", { ...TYPESCRIPT, scalerEventScheduleJitter: "30s" }],
];
