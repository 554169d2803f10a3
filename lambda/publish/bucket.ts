/** Name of a region's bucket, as Buildkite names its own: the first region has no suffix. */
export function bucketIn(base: string, region: string): string {
  return region === "us-east-1" ? base : `${base}-${region}`;
}
