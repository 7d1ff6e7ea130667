export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const ROW = 26;
const LEFT = 230;
const WIDTH = 860;
const RIGHT = 90;

/** An SVG of horizontal bars on a logarithmic scale, with the range of the rounds as a line through each bar's end. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const lowest = Math.floor(Math.log10(Math.min(...bars.map(({ low }) => low))));
  const highest = Math.ceil(Math.log10(Math.max(...bars.map(({ high }) => high))));
  const x = (value: number) => LEFT + (WIDTH - LEFT - RIGHT) * (Math.log10(value) - lowest) / (highest - lowest);
  const height = 70 + bars.length * ROW;
  const decades = Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index));
  const grid = decades.map((value) =>
    `<line class="grid" x1="${at(x(value))}" x2="${at(x(value))}" y1="40" y2="${height - 25}"/>` +
    `<text class="small" text-anchor="middle" x="${at(x(value))}" y="${height - 8}">${
      value.toLocaleString("en")
    }</text>`
  );
  const rows = bars.map(({ name, value, low, high }, index) => {
    const y = 44 + index * ROW;
    return `<text text-anchor="end" x="${LEFT - 8}" y="${y + 14}">${escape(name)}</text>` +
      `<rect class="bar" x="${LEFT}" y="${y}" width="${at(x(value) - LEFT)}" height="${ROW - 8}"/>` +
      `<line class="range" x1="${at(x(low))}" x2="${at(x(high))}" y1="${y + 9}" y2="${y + 9}"/>` +
      `<text class="small" x="${at(Math.max(x(high), x(value)) + 6)}" y="${y + 14}">${round(value)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.small{font-size:11px;fill:#57606a}.bar{fill:#2f81f7}" +
    ".range{stroke:#0a3069;stroke-width:3}.grid{stroke:#d0d7de}rect.back{fill:#fff}</style>",
    `<rect class="back" width="${WIDTH}" height="${height}"/>`,
    `<text x="12" y="24" font-weight="600">${escape(title)} (${escape(unit)})</text>`,
    ...grid,
    ...rows,
    "</svg>\n",
  ].join("\n");
}

function at(value: number): string {
  return value.toFixed(1);
}

function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
