import { type Check, pattern } from "../check";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS = [
  field("[0-5]?[0-9]"),
  field("[01]?[0-9]|2[0-3]"),
  field("0?[1-9]|[12][0-9]|3[01]"),
  field(`0?[1-9]|1[0-2]|${MONTHS.map(anyCase).join("|")}`),
  field(`[0-7]|${DAYS.map(anyCase).join("|")}`),
];

/** The five fields that scheduled actions of Auto Scaling take: minute, hour, day of month, month, day of week. */
export function cron(): Check<string> {
  return pattern(new RegExp(`^${FIELDS.join(" ")}$`), 'be a cron expression of five fields, such as "0 8 * * MON-FRI"');
}

/** A list of values, ranges and stars, each with an optional step. */
function field(values: string): string {
  const item = `(\\*|(${values})(-(${values}))?)(/[1-9][0-9]?)?`;
  return `${item}(,${item})*`;
}

/** In place of a flag, which JavaScript and RE2 write differently. */
function anyCase(name: string): string {
  return name.replace(/./g, (letter) => `[${letter}${letter.toLowerCase()}]`);
}
