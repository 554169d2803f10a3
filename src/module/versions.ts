import { type AnyTable } from "../schema/table";

/** Versions that the constructs are made for: write-only arguments need Terraform 1.11, and one configuration serves provider 5 and 6. */
export const REQUIRED = { terraform: ">= 1.11", aws: ">= 5.100.0, < 7.0.0", awsSource: "hashicorp/aws" } as const;

/** Version constraint of the AWS provider with which all unlocked inputs work. */
export function awsVersions(table: AnyTable, unlocked: readonly string[]): string {
  const [floor = "", ...rest] = REQUIRED.aws.split(", ");
  const rows = table.names.filter((input) => unlocked.includes(input)).map((input) => table.row(input));
  const newest = [floor, ...rows.map(({ providerFrom }) => `>= ${providerFrom}`)].reduce((a, b) =>
    isNewer(b, a) ? b : a,
  );
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
