import { AwsError } from "./aws-wire/answers";
import type { AwsFault } from "./fake-aws-api";
import type { Fault } from "./fault-plan";
import type { PlannedInvocation } from "./scaler/scaler-process";
import { GROUP, MEMORY_PARAMETER, QUEUE, type ScalerScene, TOKEN_PARAMETER } from "./scaler/scaler-scene";

/** What goes wrong in a container's first invocation. In the last one everything is well again. */
export interface FaultCase {
  readonly name: string;
  readonly arrange: (scene: ScalerScene) => void;
  readonly environment?: Readonly<Record<string, string>>;
  /** Two by default. */
  readonly invocations?: readonly PlannedInvocation[];
  /** Every error line of the run: the stage, and what its message says. None: the fault does no harm. */
  readonly errors: readonly (readonly [stage: string, message: RegExp])[];
  /** The first invocation has no poll that succeeded. */
  readonly fails: boolean;
  /** All sizes that are written to the group; by default the one that is right, once. */
  readonly writes?: readonly number[];
  readonly check?: (scene: ScalerScene) => void;
}

/** A poll that comes to nothing. */
function lost(name: string, stage: string, message: RegExp, arrange: FaultCase["arrange"]): FaultCase {
  return { name, arrange, errors: [[stage, message]], fails: true };
}

export function harmless(name: string, arrange: FaultCase["arrange"], environment = {}): FaultCase {
  return { name, arrange, environment, errors: [], fails: false };
}

function atBuildkite(name: string, fault: Fault, message: RegExp, times = 1): FaultCase {
  return lost(`Buildkite: ${name}`, "metrics", message, ({ buildkite }) =>
    buildkite.faults.add(QUEUE, fault, { times }),
  );
}

const body = (text: string): Fault => ({ body: () => text });
const changed = (from: string, to: string): Fault => ({ body: (right) => right.replace(from, to) });
const status = (code: number, headers = {}): Fault => ({ status: code, headers, body: () => '{"message":"no"}' });

export const buildkiteCases: readonly FaultCase[] = [
  atBuildkite("401", status(401), /401 for queue "default".*token is not valid/),
  atBuildkite("403", status(403), /403 for queue "default".*use a token/),
  atBuildkite("404", status(404), /404 for queue "default".*BUILDKITE_AGENT_ENDPOINT/),
  atBuildkite("429", status(429), /429 for queue "default".*pause/),
  atBuildkite("500", status(500), /500 for queue "default".*next poll/),
  atBuildkite("502 with a page of HTML", { ...body("<html></html>"), status: 502 }, /502 for queue "default"/),
  atBuildkite("204", { ...body(""), status: 204 }, /204 for queue "default"/),
  atBuildkite(
    "redirect",
    status(302, { Location: "https://elsewhere.example/v3" }),
    /302 .* points to https:\/\/elsewhere\.example\/v3: set BUILDKITE_AGENT_ENDPOINT/,
  ),
  atBuildkite("no answer", { delivery: "hung" }, /127\.0\.0\.1:\d+ gave no whole answer within 5 s/),
  atBuildkite("an answer that never ends", { delivery: "dripping" }, /gave no whole answer within 5 s/),
  atBuildkite("connection reset, twice", { delivery: "reset" }, /cannot be reached: ECONNRESET/, 2),
  atBuildkite("answer cut off, twice", { delivery: "cut off" }, /cannot be reached: ECONNRESET/, 2),
  atBuildkite("endless body", body("x".repeat(2_000_000)), /gave an answer without end/),
  atBuildkite("truncated JSON", { body: (right) => right.slice(0, 60) }, /"default" is not understood: it is no JSON/),
  atBuildkite("a page of HTML", body("<html></html>"), /is not understood: it is no JSON but "<html>/),
  atBuildkite("empty body", body(""), /is not understood: it is no JSON/),
  atBuildkite("a list", body("[]"), /is not understood: it is \[\], not an object/),
  atBuildkite("null", body("null"), /is not understood: it is null, not an object/),
  // Read as an empty queue, these three would end every instance.
  atBuildkite("an object without jobs", body("{}"), /is not understood: jobs/),
  atBuildkite("null as jobs", changed('"jobs":{', '"jobs":null,"x":{'), /is not understood: jobs/),
  atBuildkite("null as count", changed('"scheduled":3', '"scheduled":null'), /jobs\.scheduled is null, not a count/),
  atBuildkite("a list of jobs", changed('"jobs":{', '"jobs":[],"x":{'), /jobs is \[\], not an object/),
  atBuildkite("count as text", changed('"scheduled":3', '"scheduled":"3"'), /jobs\.scheduled is "3", not a count/),
  atBuildkite("count below 0", changed('"scheduled":3', '"scheduled":-3'), /jobs\.scheduled is -3, not a count/),
  atBuildkite("half a job", changed('"scheduled":3', '"scheduled":2.5'), /jobs\.scheduled is 2\.5, not a count/),
  atBuildkite("NaN", changed('"scheduled":3', '"scheduled":NaN'), /is no JSON/),
];

function atAws(action: string, name: string, stage: string, fault: AwsFault, message: RegExp, after = 0): FaultCase {
  return lost(`${action}: ${name}`, stage, message, ({ aws }) => aws.faults.add(action, fault, { after, times: 1 }));
}

const refused = (code: string, message?: string, httpStatus = 400): AwsFault => ({
  error: new AwsError(code, message, httpStatus),
});
const without = (name: string): AwsFault => ({
  body: (right) => right.replace(new RegExp(`<${name}>.*?</${name}>`, "gs"), ""),
});

export const throttled = refused("Throttling", "Rate exceeded");
export const denied = refused("AccessDenied", "User: x is not authorized", 403);
const broken = refused("InternalFailure", "Internal failure", 500);

const atDescribe = atAws.bind(undefined, "DescribeAutoScalingGroups");
const atSet = atAws.bind(undefined, "SetDesiredCapacity");

export const autoScalingCases: readonly FaultCase[] = [
  atDescribe("throttled", "describe", throttled, /DescribeAutoScalingGroups.*Rate exceeded/),
  atDescribe("denied", "describe", denied, /DescribeAutoScalingGroups.*not authorized/),
  atDescribe("500", "describe", broken, /DescribeAutoScalingGroups.*Internal failure/),
  atDescribe("no answer", "describe", { delivery: "hung" }, /DescribeAutoScalingGroups.*time/i),
  atDescribe("connection reset", "describe", { delivery: "reset" }, /DescribeAutoScalingGroups.*ECONNRESET/),
  atDescribe("answer cut off", "describe", { delivery: "cut off" }, /DescribeAutoScalingGroups.*aborted/),
  atDescribe("a page of HTML", "describe", body("<html><p>"), /DescribeAutoScalingGroups/),
  atDescribe("no such group", "describe", without("AutoScalingGroups"), /"ci-asg".*does not exist.*ASG_NAME/),
  atDescribe("no size", "describe", without("DesiredCapacity"), /"ci-asg".*neither its size nor its limits/),
  atDescribe("no maximum", "describe", without("MaxSize"), /"ci-asg".*neither its size nor its limits/),
  atDescribe("the second look throttled", "describe", throttled, /DescribeAutoScalingGroups.*Rate exceeded/, 1),
  atDescribe("gone at the second look", "describe", without("AutoScalingGroups"), /"ci-asg".*does not exist/, 1),
  atSet("throttled", "set desired", throttled, /SetDesiredCapacity.*Rate exceeded/),
  atSet("denied", "set desired", denied, /SetDesiredCapacity.*not authorized/),
  atSet("busy", "set desired", refused("ScalingActivityInProgress", "in progress"), /SetDesiredCapacity.*in progress/),
  atSet("500", "set desired", broken, /SetDesiredCapacity.*Internal failure/),
  atSet("no answer", "set desired", { delivery: "hung" }, /SetDesiredCapacity.*time/i),
  // It was done, though the answer got lost: the second invocation sees it and writes nothing.
  atSet("answer cut off", "set desired", { delivery: "cut off" }, /SetDesiredCapacity.*aborted/),
  harmless("an instance without a state does not count as in service", ({ aws }) =>
    aws.faults.add("DescribeAutoScalingGroups", without("LifecycleState"), { times: 2 }),
  ),
  harmless("an instance without an id is left out", ({ aws }) =>
    aws.faults.add("DescribeAutoScalingGroups", without("InstanceId"), { times: 2 }),
  ),
];

const COOLDOWN = { SCALE_OUT_COOLDOWN_PERIOD: "300s", ASG_ACTIVITY_TIMEOUT: "1s" };

/** Growth needs no history. */
function inHistory(name: string, fault: AwsFault, message: RegExp): FaultCase {
  const arrange = ({ aws }: ScalerScene) => aws.faults.add("DescribeScalingActivities", fault, { times: 1 });
  return { ...harmless(`history: ${name}`, arrange, COOLDOWN), errors: [["history", message]] };
}

export const historyCases: readonly FaultCase[] = [
  inHistory("throttled", throttled, /changes of the group's size cannot be read.*Rate exceeded/),
  inHistory("denied", denied, /changes of the group's size cannot be read.*not authorized/),
  inHistory("no answer", { delivery: "hung" }, /changes of the group's size cannot be read.*abort/i),
  harmless(
    "history: entries without cause, time and state",
    ({ aws }) => {
      const activities = [{ cause: "", status: "", startTime: new Date(0) }];
      aws.autoScaling.add(GROUP, [], { activities });
      aws.faults.add("DescribeScalingActivities", {
        body: (right) => right.replace(/<(Cause|StatusCode|StartTime)>.*?<\/\1>/g, ""),
      });
    },
    COOLDOWN,
  ),
];

const atToken = atAws.bind(undefined, "GetParameter");
const named = TOKEN_PARAMETER;

export const tokenCases: readonly FaultCase[] = [
  atToken("denied", "metrics", denied, new RegExp(`token .*"${named}".*not authorized`)),
  atToken("throttled", "metrics", throttled, new RegExp(`token .*"${named}".*Rate exceeded`)),
  atToken("no such token", "metrics", refused("ParameterNotFound"), new RegExp(`token .*"${named}".*NotFound`)),
  atToken("a blank token", "metrics", body('{"Parameter":{"Value":" "}}'), new RegExp(`"${named}".*it is empty`)),
  atToken("no parameter in the answer", "metrics", body("{}"), new RegExp(`"${named}".*it is empty`)),
  atToken("no answer", "metrics", { delivery: "hung" }, new RegExp(`token .*"${named}".*time`, "i")),
  harmless("a token that was replaced is read again", ({ aws, buildkite }) => {
    buildkite.token = "new-token";
    aws.systemsManager.secret(TOKEN_PARAMETER, buildkite.token);
    aws.faults.add("GetParameter", changed("new-token", "old-token"), { times: 1 });
  }),
];

/** The memory is a help, never a condition. */
function inMemory(name: string, message: RegExp, arrange: FaultCase["arrange"]): FaultCase {
  const environment = { MEMORY_PARAMETER, BUILDKITE_AGENT_TOKEN_SSM_KEY: "", BUILDKITE_AGENT_TOKEN: "agent-token" };
  return { ...harmless(`memory: ${name}`, arrange, environment), errors: [["memory", message]] };
}

function goneMemory(name: string): FaultCase {
  const message = new RegExp(`memory cannot be read.*"${MEMORY_PARAMETER}".*NotFound`);
  return {
    ...inMemory(name, message, () => undefined),
    errors: [
      ["memory", message],
      ["memory", message],
    ],
    check: ({ aws }) => expect(aws.actions).not.toContain("PutParameter"),
  };
}

function kept(name: string, text: string, message: RegExp): FaultCase {
  return inMemory(name, message, ({ aws }) => aws.systemsManager.store(MEMORY_PARAMETER, text));
}

export const memoryCases: readonly FaultCase[] = [
  goneMemory("gone, as while the stack is destroyed: it is not made anew"),
  inMemory("reading denied", new RegExp(`memory cannot be read.*"${MEMORY_PARAMETER}".*not authorized`), ({ aws }) => {
    aws.systemsManager.store(MEMORY_PARAMETER, "{}");
    aws.faults.add("GetParameter", denied, { times: 1 });
  }),
  inMemory(
    "writing denied",
    new RegExp(`memory cannot be written.*"${MEMORY_PARAMETER}".*not authorized`),
    ({ aws }) => {
      aws.systemsManager.store(MEMORY_PARAMETER, "{}");
      aws.faults.add("PutParameter", denied, { times: 1 });
    },
  ),
  kept("no JSON", "{", /memory cannot be read/),
  kept("null as a group", '{"groups":{"ci-asg":null}}', /memory cannot be read/),
  kept("text as a time", '{"groups":{"ci-asg":{"lastScaleIn":"x","lastScaleOut":null}}}', /memory cannot be read/),
];

export const harmlessCases: readonly FaultCase[] = [
  harmless("a connection that was reset once is tried again", ({ buildkite }) =>
    buildkite.faults.add(QUEUE, { delivery: "reset" }, { times: 1 }),
  ),
  harmless(
    "the SDK repeats a throttled request",
    ({ aws }) => aws.faults.add("SetDesiredCapacity", throttled, { times: 1 }),
    { AWS_MAX_ATTEMPTS: "2" },
  ),
  harmless("an organization without a name stops no scaling", ({ buildkite }) => void (buildkite.organization = ""), {
    CLOUDWATCH_METRICS: "true",
  }),
  harmless("a wish for pauses that is no number", ({ buildkite }) => void (buildkite.pollDuration = "soon")),
  {
    ...harmless("a million jobs", ({ buildkite }) => void buildkite.queue(QUEUE, { scheduled: 1_000_000 })),
    writes: [10],
  },
];
