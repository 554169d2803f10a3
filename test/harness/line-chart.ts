export type Point = readonly [x: number, y: number];

export interface ChartLine {
  readonly name: string;
  readonly color?: string;
  readonly points: readonly Point[];
  /** The value holds until the next point, as a count does. */
  readonly step?: boolean;
  /** Tells apart lines that often lie upon each other. */
  readonly dashed?: boolean;
  /** The area below is tinted. */
  readonly filled?: boolean;
}

export interface ChartPanel {
  readonly title: string;
  readonly yLabel: string;
  readonly lines: readonly ChartLine[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  /** One above the other, over the same x axis. */
  readonly panels: readonly ChartPanel[];
  readonly width?: number;
  readonly height?: number;
}

interface Axis {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Can be told apart by colour-blind people too. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"];
const FONT = `font-family="system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"`;
const [INK, MUTED, GRID] = ["#1f2328", "#57606a", "#e3e6ea"];
const MARGIN = { left: 68, top: 48, bottom: 52, right: 24 };
const PANEL_TITLE = 30;
const LETTER = 7;

/** An SVG picture of lines over a common x axis; the y axes begin at zero unless a value lies below. */
export function lineChart(chart: Chart): string {
  const { title, xLabel, panels, width = 960, height = 110 + 210 * chart.panels.length } = chart;
  refuseWhatCannotBeDrawn(chart);
  const longest = Math.max(0, ...panels.flatMap(({ lines }) => lines.map(({ name }) => name.length)));
  const plotWidth = width - MARGIN.left - MARGIN.right - 44 - LETTER * longest;
  const share = (height - MARGIN.top - MARGIN.bottom) / Math.max(panels.length, 1);
  const xs = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([x]) => x)));
  const [start, end] = extent(xs);
  const xTicks = niceTicks(start, end, plotWidth / 90).filter((tick) => tick >= start && tick <= end);
  const x: Axis = { ticks: xTicks, at: (value) => MARGIN.left + ((value - start) / (end - start)) * plotWidth };
  const drawn = panels.map((panel, i) => {
    const top = MARGIN.top + i * share + PANEL_TITLE;
    const frame = { left: MARGIN.left, top, width: plotWidth, height: share - PANEL_TITLE - 12 };
    return drawPanel(panel, x, frame);
  });
  const bottom = height - MARGIN.bottom - 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ${FONT}>`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    label(title, { x: MARGIN.left, y: 30, size: 18, bold: true }),
    ...drawn,
    ...x.ticks.map((tick) => label(shownNumber(tick), { x: x.at(tick), y: bottom + 18, anchor: "middle" })),
    label(xLabel, { x: MARGIN.left + plotWidth / 2, y: bottom + 42, anchor: "middle", size: 13, color: MUTED }),
    "</svg>\n",
  ].join("\n");
}

function refuseWhatCannotBeDrawn({ panels }: Chart): void {
  for (const panel of panels) {
    for (const { name, points } of panel.lines) {
      const wrong = points.find((point) => !point.every(Number.isFinite));
      if (wrong) throw new Error(`"${name}" in "${panel.title}" has the point (${wrong.join(", ")}): no finite number`);
    }
  }
}

function drawPanel({ title, yLabel, lines }: ChartPanel, x: Axis, frame: Frame): string {
  const { left, top, width, height } = frame;
  const ys = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const ticks = niceTicks(...extent([0, ...ys]), height / 34, ys.every(Number.isInteger) ? 1 : 0);
  const [low, high] = extent(ticks);
  const y: Axis = { ticks, at: (value) => top + height - ((value - low) / (high - low)) * height };
  const middle = top + height / 2;
  const colored = lines.map((line, i) => ({ ...line, color: line.color ?? COLORS[i % COLORS.length]! }));
  return [
    label(title, { x: left, y: top - 10, size: 14, bold: true }),
    ...ticks.flatMap((tick) => [
      `<line x1="${left}" x2="${left + width}" y1="${fixed(y.at(tick))}" y2="${fixed(y.at(tick))}" stroke="${GRID}"/>`,
      label(shownNumber(tick), { x: left - 8, y: y.at(tick) + 4, anchor: "end" }),
    ]),
    ...x.ticks.map(
      (tick) =>
        `<line x1="${fixed(x.at(tick))}" x2="${fixed(x.at(tick))}" y1="${fixed(top)}" y2="${fixed(top + height)}" stroke="${GRID}"/>`,
    ),
    `<text transform="translate(18 ${fixed(middle)}) rotate(-90)" text-anchor="middle" font-size="13" fill="${MUTED}">${escaped(yLabel)}</text>`,
    ...colored.map((line) => drawLine(line, x, y)),
    `<path d="M${left} ${fixed(top)}V${fixed(top + height)}H${left + width}" fill="none" stroke="${MUTED}"/>`,
    ...colored.map((line, i) => legendEntry(line, left + width + 18, top + 8 + i * 22)),
  ].join("\n");
}

function drawLine(line: Required<Pick<ChartLine, "color">> & ChartLine, x: Axis, y: Axis): string {
  const points = line.step ? changes(line.points) : line.points;
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return "";
  const path = points
    .map(([px, py], i) => {
      const [at, height] = [fixed(x.at(px)), fixed(y.at(py))];
      if (i === 0) return `M${at} ${height}`;
      return line.step ? `H${at}V${height}` : `L${at} ${height}`;
    })
    .join("");
  const [from, to, ground] = [first[0], last[0], 0].map((value, i) => fixed((i < 2 ? x : y).at(value)));
  const area = `<path d="${path}L${to} ${ground}L${from} ${ground}Z" fill="${line.color}" fill-opacity="0.14"/>`;
  return `${line.filled ? area : ""}<path d="${path}" fill="none" ${strokeOf(line)}/>`;
}

function legendEntry(line: Required<Pick<ChartLine, "color">> & ChartLine, left: number, middle: number): string {
  return (
    `<line x1="${fixed(left)}" x2="${fixed(left + 22)}" y1="${fixed(middle)}" y2="${fixed(middle)}" ${strokeOf(line)}/>` +
    label(line.name, { x: left + 30, y: middle + 4, size: 13 })
  );
}

function strokeOf({ color, dashed }: ChartLine): string {
  return `stroke="${color ?? ""}" stroke-width="2" stroke-linejoin="round"${dashed ? ' stroke-dasharray="6 4"' : ""}`;
}

/** The first point of each value and the end: all that a step line shows. */
function changes(points: readonly Point[]): Point[] {
  return points.filter(([, y], i) => i === 0 || i === points.length - 1 || points[i - 1]![1] !== y);
}

/** Never empty, so that the axis of a line without points or with one value can be drawn too. */
function extent(values: readonly number[]): [number, number] {
  const [low, high] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  if (low > high) return [0, 1];
  return low === high ? [low, low + 1] : [low, high];
}

/** About `count` round numbers that reach from below `low` to above `high`. */
export function niceTicks(low: number, high: number, count: number, smallestStep = 0): number[] {
  const rough = Math.max((high - low) / Math.max(count, 1), smallestStep);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

interface LabelStyle {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: "middle" | "end";
  readonly color?: string;
}

function label(text: string, { x, y, size = 12, bold, anchor, color = INK }: LabelStyle): string {
  const style = `${bold ? ' font-weight="600"' : ""}${anchor ? ` text-anchor="${anchor}"` : ""}`;
  return `<text x="${fixed(x)}" y="${fixed(y)}" font-size="${size}"${style} fill="${color}">${escaped(text)}</text>`;
}

function shownNumber(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
