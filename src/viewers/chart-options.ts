import uPlot from "uplot";
import { axisText, chartAxis, themeColor } from "./chart-axis.ts";
import type { ChartData, ChartSeries } from "./chart-data.ts";

/** Lines are told apart by their dashes too. */
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3], [4, 4]];

/** Height of a chart in CSS pixels. */
export const CHART_HEIGHT = 190;

/** How a chart is drawn: colours and font are those of the element's theme when it is drawn. */
export function chartOptions({ kind, places, x, series }: ChartData, element: HTMLElement): uPlot.Options {
  const color = themeColor(element);
  const axis = chartAxis(element);
  return {
    width: element.clientWidth,
    height: CHART_HEIGHT,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: kind === "bars" ? placeScale(places.length) : doublingScale(x), y: { range: (_, __, max) => [0, (max || 1) * 1.05] } },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        splits: () => [...x],
        // Of a logarithmic scale it would leave out some.
        filter: (_, splits) => splits,
        values: (_, splits) => splits.map((value) => (kind === "bars" ? (places[value] ?? "") : String(value))),
      },
      { ...axis, size: 48, space: 30, values: (_, splits) => splits.map(axisText) },
    ],
    series: [{}, ...series.map((each) => seriesOptions(each, kind, color(colorName(each))))],
  };
}

/** The theme's variable of a series. */
export function colorName({ color }: ChartSeries): string {
  return `--conch-series-${color + 1}`;
}

function placeScale(count: number): uPlot.Scale {
  return { time: false, range: [-0.6, count - 0.4] };
}

/** Batches and clients double from one to the next, so that their places are equally far apart. */
function doublingScale(x: readonly number[]): uPlot.Scale {
  return { time: false, distr: 3, log: 2, range: [(x[0] ?? 1) / 1.5, (x.at(-1) ?? 1) * 1.5] };
}

/** The dashes of a line, in CSS pixels: drawn, left out, drawn, …; none of a whole one. */
export function dashesOf({ color, dash = color }: ChartSeries): readonly number[] {
  return DASHES[dash % DASHES.length] ?? [];
}

function seriesOptions(series: ChartSeries, kind: ChartData["kind"], color: () => string): uPlot.Series {
  if (kind === "lines") return { stroke: color, width: 2, dash: [...dashesOf(series)], points: { show: true, size: 7, fill: color } };
  const { faint } = series;
  const paths = uPlot.paths.bars?.({ size: [0.55, 72] });
  // The theme's colours are six hexadecimal digits: two more make them faint.
  const fill = faint ? () => `${color()}66` : color;
  return { fill, stroke: color, width: faint ? 1 : 0, points: { show: false }, ...(paths && { paths }) };
}
