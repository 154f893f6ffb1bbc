import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useId, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { axisText, chartAxis, themeColor } from "../../viewers/chart-axis.ts";
import classes from "./servers.module.css";

const HEIGHT = 140;
/** Lines are told apart by their dashes too. */
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];
/** Seconds that the time axis shows at least. */
const SPAN = 60;

interface Props {
  readonly title: string;
  /** What a screen reader says in the picture's place. */
  readonly text: string;
  readonly labels: readonly string[];
  /** Seconds since 1970, then the values of each label. */
  readonly columns: [number[], ...(number | null)[][]];
}

/** Numbers over time, the newest on the right, drawn on as they come. */
export function TimeChart({ title, text, labels, columns }: Props) {
  const id = useId();
  return (
    <figure className={classes.chart} aria-labelledby={id}>
      <figcaption id={id} className={classes.chartTitle}>{title}</figcaption>
      <Plot key={useComputedColorScheme("light")} text={text} labels={labels} columns={columns} />
      <ul className={classes.legend} aria-hidden="true">
        {labels.map((label, index) => (
          <li key={label}>
            <svg width="18" height="8" className={classes.swatch}>
              <line x1="0" y1="4" x2="18" y2="4" stroke={`var(--conch-series-${index + 1})`} strokeWidth="2" strokeDasharray={DASHES[index]?.join(" ")} />
            </svg>
            {label}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Plot({ text, labels, columns }: Omit<Props, "title">) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(columns);
  const count = labels.length;
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    const drawn = new uPlot(options(count, element), latest.current, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [count]);
  useEffect(() => {
    latest.current = columns;
    plot.current?.setData(columns);
  }, [columns]);
  return <div ref={host} className={classes.plot} role="img" aria-label={text} />;
}

function options(count: number, element: HTMLElement): uPlot.Options {
  const color = themeColor(element);
  const axis = chartAxis(element);
  const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hour12: false });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_, min, max) => (max === null ? [0, SPAN] : [Math.min(min, max - SPAN), max]) },
      y: { range: (_, __, max) => [0, (max || 1) * 1.05] },
    },
    axes: [
      { ...axis, size: 28, space: 90, grid: { show: false }, values: ({ data: [times] }, splits) => splits.map((value) => (times.length === 0 ? "" : time.format(value * 1000))) },
      { ...axis, size: 48, space: 30, values: (_, splits) => splits.map(axisText) },
    ],
    series: [{}, ...Array.from({ length: count }, (_, index) => ({ stroke: color(`--conch-series-${index + 1}`), width: 2, dash: DASHES[index] ?? [], points: { show: false } }))],
  };
}
