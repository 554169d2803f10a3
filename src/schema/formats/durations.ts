import { matches } from "../../value/text";
import { and } from "../../value/value";
import { type Check, pattern } from "../check";

const GO_DURATION = /^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$/;

/** As Go writes durations, which is what Buildkite's scaler reads. */
export function positiveDuration(): Check<string> {
  return {
    holds: (text) => and(matches(GO_DURATION, text), matches(/[1-9]/, text)),
    must: "be a duration above zero, such as 10s, 500ms or 1m30s",
  };
}

export function durationBelowOneMinute(): Check<string> {
  return pattern(
    /^([1-5]?[0-9](\.[0-9]+)?s|[1-5]?[0-9]{1,4}ms)$/,
    "be a duration below one minute, such as 0s, 45s or 500ms",
  );
}

export function isoOrGoDuration(): Check<string> {
  return {
    holds: (text) =>
      and(matches(/^(PT([0-9]+H)?([0-9]+M)?([0-9]+S)?|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$/, text), matches(/[0-9]/, text)),
    must: "be a duration such as 15m, 1h30m or PT15M",
  };
}

/** Age of Docker resources; days are allowed. */
export function dockerAge(): Check<string> {
  return pattern(/^([0-9]+[smhd])+$/, "be numbers with the units s, m, h or d, such as 4h or 1d12h");
}

/** The inside of EventBridge's `rate(…)`, whose least is a minute. */
export function eventBridgeRate(): Check<string> {
  return pattern(
    /^(1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))$/,
    'be a rate of whole minutes, hours or days, such as "1 minute" or "5 minutes"',
  );
}
