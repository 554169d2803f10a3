import { type Place } from "./store";
import { type Zip } from "./zips";

/** Columns are wide enough from the first line on, so that rows can be printed as they come. */
export class Table {
  readonly #widths: readonly number[];

  constructor(
    places: readonly Place[],
    zips: readonly Zip[],
    private readonly print: (line: string) => void,
  ) {
    const columns = [
      ["region", ...places.map(({ region }) => region)],
      ["bucket", ...places.map(({ bucket }) => bucket)],
      ["function", ...zips.map(({ name }) => name)],
      ["size", ...zips.map(size)],
    ];
    this.#widths = columns.map((texts) => Math.max(...texts.map((text) => text.length)));
    this.#line("region", "bucket", "function", "size", "result");
  }

  row(place: Place, zip: Zip, result: string): void {
    this.#line(place.region, place.bucket, zip.name, size(zip), result);
  }

  #line(region: string, bucket: string, name: string, bytes: string, result: string): void {
    const [first = 0, second = 0, third = 0, fourth = 0] = this.#widths;
    const cells = [region.padEnd(first), bucket.padEnd(second), name.padEnd(third), bytes.padStart(fourth), result];
    this.print(cells.join("  "));
  }
}

function size({ content }: Zip): string {
  return `${(content.length / 1024).toFixed(1)} KB`;
}
