import { type ActivityPage, lastEvents, type ActivitySearch } from "../../../../lambda/agent-scaler/aws/activities";
import { metricsUrl } from "../../../../lambda/agent-scaler/buildkite/metrics-api";
import { pauseSeconds } from "../../../../lambda/agent-scaler/timing/cadence";
import { decimal } from "../../../../lambda/agent-scaler/environment/go-values";
import { startupJitterSeconds } from "../../../../lambda/agent-scaler/timing/jitter";
import { scalerConfig } from "../../../harness/scaler/fake-ports";
import rows from "./vectors-of-the-contract.json";

type Outcome = Readonly<Record<string, unknown>>;

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly input: any;
  readonly expect: Outcome;
}

interface Deviation {
  readonly kind: string;
  /** Absent: every row of this kind. */
  readonly name?: string;
  readonly because: string;
  /** Absent: ours has nothing of the kind. */
  readonly expect?: Outcome;
}

const REFUSED = { ok: false };
const NO_FACTOR = "no factor or share is meant by this text, so that it is refused";
const PAGES = "the number of pages is how many are read, not one more than that";

const deviations: readonly Deviation[] = [
  ...["NaN", "nan", "Inf", "-inf", "infinity", "0x1p-2", "1_0"].map((text) => ({
    kind: "env-float",
    name: `float '${text}'`,
    because: NO_FACTOR,
    expect: REFUSED,
  })),
  {
    kind: "env-int",
    name: "int '9223372036854775807'",
    because: "no group is that large, and the number cannot be held exactly",
    expect: REFUSED,
  },
  {
    kind: "activity-scan",
    name: "limit 1 reads nothing and fails",
    because: PAGES,
    expect: { lastScaleOut: 3, lastScaleIn: null, error: false, pagesRead: 1 },
  },
  {
    kind: "activity-scan",
    name: "limit 2 fails when a second page is needed",
    because: PAGES,
    expect: { lastScaleOut: 3, lastScaleIn: 2, error: false, pagesRead: 2 },
  },
  {
    kind: "metrics-url",
    name: "https://agent.buildkite.com/v3/ d",
    because: "a slash at the end of the address is not doubled",
    expect: { url: "https://agent.buildkite.com/v3/metrics/queue?name=d" },
  },
  {
    kind: "dangling-window",
    because: "the check keeps a cursor instead of a window in time, so that a moment without a poll skips nobody",
  },
];

/** What one run of each kind comes to, in the words of the rows. */
const runs: Readonly<Record<string, (input: any) => Outcome | Promise<Outcome>>> = {
  "env-duration": (LAMBDA_TIMEOUT: string) =>
    read(() => ({ seconds: scalerConfig({ LAMBDA_TIMEOUT }).timeoutSeconds }), LAMBDA_TIMEOUT),
  "env-bool": (DISABLE_SCALE_OUT: string) =>
    read(() => ({ value: scalerConfig({ DISABLE_SCALE_OUT }).targets[0]!.settings.disableScaleOut })),
  "env-int": (MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES: string) =>
    read(() => ({ value: scalerConfig({ MAX_DESCRIBE_SCALING_ACTIVITIES_PAGES }).activityPages })),
  "env-float": (text: string) => {
    const value = decimal.parse(text);
    return value === undefined ? REFUSED : { ok: true, value: String(value) };
  },
  "startup-jitter": ({ groupName, maxSeconds }) => ({
    nanoseconds: Math.round(startupJitterSeconds(groupName, maxSeconds) * 1e9),
  }),
  "activity-scan": scan,
  "poll-interval": ({ intervalSeconds, headerPerPoll }) => {
    let pause: number = intervalSeconds;
    const pauses = headerPerPoll.map((header: string | null) => {
      const isHeader = header !== null && header !== "error";
      return (pause = pauseSeconds(pause, isHeader ? header : undefined));
    });
    return { waitSecondsAfterEachPoll: pauses };
  },
  "metrics-url": ({ endpoint, queue }) => ({ url: metricsUrl(endpoint, queue).href }),
};

function read(config: () => Outcome, text = "set"): Outcome {
  try {
    return text === "" ? { ok: true, useDefault: config()["seconds"] === -1 } : { ok: true, ...config() };
  } catch {
    return REFUSED;
  }
}

async function scan({ pages, ...search }: ActivitySearch & { pages: ActivityPage["activities"][] }): Promise<Outcome> {
  let pagesRead = 0;
  const page = (): Promise<ActivityPage> => {
    const activities = pages[pagesRead++]!;
    return Promise.resolve({ activities, next: pagesRead < pages.length ? "more" : undefined });
  };
  const found = await lastEvents(page, search).catch(() => undefined);
  const { lastScaleOut = null, lastScaleIn = null } = found ?? {};
  return { lastScaleOut, lastScaleIn, error: found === undefined, pagesRead };
}

const all = rows as readonly Row[];
const deviationOf = (row: Row) =>
  deviations.find(({ kind, name }) => kind === row.kind && (name === undefined || name === row.name));

test.each(all.filter((row) => !deviationOf(row)))("as Buildkite's scaler: $kind $name", async (row) => {
  expect(await runs[row.kind]!(row.input)).toEqual(row.expect);
});

const deviating = all.flatMap((row) => {
  const { because, expect: own } = deviationOf(row) ?? {};
  return own ? [{ ...row, because, own }] : [];
});

test.each(deviating)("not as Buildkite's scaler: $kind $name, because $because", async ({ kind, input, own }) => {
  expect(await runs[kind]!(input)).toEqual(own);
});

test("each deviation belongs to a row and differs from it", () => {
  const differing = deviations.filter((deviation) => {
    const row = all.find((one) => deviationOf(one) === deviation);
    return row !== undefined && JSON.stringify(row.expect) !== JSON.stringify(deviation.expect);
  });
  expect(differing).toEqual(deviations);
});
