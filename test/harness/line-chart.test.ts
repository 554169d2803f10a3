import { type Chart, lineChart, niceTicks } from "./line-chart";

function chart(part: Partial<Chart["panels"][number]> = {}): Chart {
  const points = [
    [0, 0],
    [10, 4],
    [20, 4],
    [30, 2],
  ] as const;
  return {
    title: "Jobs & <hosts>",
    xLabel: "Seconds",
    panels: [{ title: "Jobs", yLabel: "jobs", lines: [{ name: "waiting", points }], ...part }],
  };
}

/** The paths with a colour: one per line, the axis and the tinted areas left out. */
function linePaths(svg: string): string[] {
  return [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="#[0-9a-f]+" stroke-width/g)].map(([, path]) => path!);
}

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text!);
}

test.each([
  { low: 0, high: 10, count: 5, ticks: [0, 2, 4, 6, 8, 10] },
  { low: 0, high: 7, count: 5, ticks: [0, 2, 4, 6, 8] },
  { low: 0, high: 0.3, count: 3, ticks: [0, 0.1, 0.2, 0.3] },
  { low: -1, high: 1, count: 4, ticks: [-1, -0.5, 0, 0.5, 1] },
  { low: 0, high: 10_000, count: 4, ticks: [0, 5_000, 10_000] },
])("ticks from $low to $high are round numbers that cover it", ({ low, high, count, ticks }) => {
  expect(niceTicks(low, high, count)).toEqual(ticks);
});

test("counts have no ticks between whole numbers", () => {
  const points = [
    [0, 0],
    [1, 1],
  ] as const;
  const svg = lineChart({ ...chart({ lines: [{ name: "hosts", points }] }), height: 900 });
  // Two on the y axis and the labels of the x axis.
  expect(
    texts(svg)
      .filter((text) => /^[\d.]+$/.test(text))
      .slice(0, 3),
  ).toEqual(["0", "1", "0"]);
});

test("title, axis labels, panel titles and every line's name are in the picture, escaped", () => {
  const second = { title: "Hosts", yLabel: "hosts", lines: [{ name: "in service", points: [] }] };
  const svg = lineChart({ ...chart(), panels: [...chart().panels, second] });
  expect(texts(svg)).toEqual(
    expect.arrayContaining(["Jobs &amp; &lt;hosts&gt;", "Seconds", "Jobs", "jobs", "waiting", "Hosts", "in service"]),
  );
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"[^]*<\/svg>\n$/);
});

test("a line goes from point to point, a stepped one holds its value until the next change", () => {
  const [line] = chart().panels[0]!.lines;
  const [plain, stepped] = [line!, { ...line!, step: true }].map(
    (one) => linePaths(lineChart(chart({ lines: [one] })))[0],
  );
  expect(plain).toMatch(/^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+){3}$/);
  // The third point repeats the second one's value.
  expect(stepped).toMatch(/^M[\d.]+ [\d.]+(H[\d.]+V[\d.]+){2}$/);
});

test("greater values lie higher and later ones further to the right, within the plot", () => {
  const points = [...linePaths(lineChart(chart()))[0]!.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [+x!, +y!]);
  const [first, second, third, last] = points as [number, number][];
  expect(first![0]).toBe(68);
  expect(second![0]).toBeLessThan(third![0]);
  expect(second![1]).toBe(third![1]);
  expect(first![1]).toBeGreaterThan(last![1]);
  expect(last![1]).toBeGreaterThan(second![1]);
  expect(last![0]).toBeLessThan(960);
});

test.each([
  ["no line at all", []],
  ["a line without points", [{ name: "nothing", points: [] }]],
  ["one point", [{ name: "once", points: [[5, 3]] as const }]],
  [
    "nothing but zeros",
    [
      {
        name: "zero",
        points: [
          [0, 0],
          [9, 0],
        ] as const,
      },
    ],
  ],
])("%s still gives a picture of finite numbers", (_, lines) => {
  expect(lineChart(chart({ lines }))).not.toMatch(/NaN|Infinity|undefined/);
});

test("a value that is no number is refused with the names of its line and panel", () => {
  const draw = () => lineChart(chart({ lines: [{ name: "waiting", points: [[0, NaN]] }] }));
  expect(draw).toThrow('"waiting" in "Jobs" has the point (0, NaN): no finite number');
});
