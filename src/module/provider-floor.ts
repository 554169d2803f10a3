import { type InputName, inputNames, rowOf } from "../elastic-ci-stack/inputs/table";
import { REQUIRED } from "./module-stack";

/** Inputs that are fixed at their default unless the module asks for a newer provider than the oldest supported one. */
export const lockedInputs: readonly InputName[] = inputNames.filter((input) => rowOf(input).providerFrom !== undefined);

/** Version constraint of the AWS provider with which all unlocked inputs work. */
export function awsVersions(unlocked: readonly InputName[]): string {
  const [floor = "", ...rest] = REQUIRED.aws.split(", ");
  const needed = unlocked.map((input) => `>= ${rowOf(input).providerFrom}`);
  const newest = [floor, ...needed].reduce((a, b) => (isNewer(b, a) ? b : a));
  return [newest, ...rest].join(", ");
}

function isNewer(a: string, b: string): boolean {
  const [numbers, others] = [a, b].map((version) => version.slice(">= ".length).split(".").map(Number)) as [
    number[],
    number[],
  ];
  const differing = numbers.findIndex((number, i) => number !== (others[i] ?? 0));
  return differing >= 0 && numbers[differing]! > (others[differing] ?? 0);
}
