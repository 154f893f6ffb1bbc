import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { TensorSummary } from "../../runtime/protocol.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { rawViewerMessages } from "../../ui/catalogue/raw-viewer.messages.ts";
import { numberText } from "../element-values.ts";
import classes from "./raw-viewer.module.css";

const HEIGHT = 132;

interface HistogramProps {
  readonly histogram: NonNullable<TensorSummary["histogram"]>;
}

/** Counts of values as bars, drawn anew when the colour scheme changes. */
export function Histogram({ histogram }: HistogramProps) {
  return <Bars key={useComputedColorScheme("light")} histogram={histogram} />;
}

function Bars({ histogram: { from, to, counts } }: HistogramProps) {
  const t = useMessages(rawViewerMessages);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    const plot = new uPlot(optionsOf(element), dataOf(from, to, counts), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [from, to, counts]);
  const text = t("histogramText", { count: counts.reduce((sum, count) => sum + count, 0), from: numberText(from), to: numberText(to) });
  return <div ref={host} className={classes.histogram} role="img" aria-label={text} data-testid="histogram" />;
}

function dataOf(from: number, to: number, counts: readonly number[]): uPlot.AlignedData {
  const width = (to - from) / counts.length || 1;
  return [counts.map((_, bar) => from + (bar + 0.5) * width), [...counts]];
}

function optionsOf(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  // Functions, because the colour scheme reaches the document after this effect and before the first drawing.
  const color = (name: string) => () => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: color("--conch-text-dimmed"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: color("--conch-border"), width: 1 },
    ticks: { stroke: color("--conch-border"), width: 1, size: 4 },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, max) => [0, max || 1] } },
    axes: [
      { ...axis, size: 24, space: 56, values: (_, splits) => splits.map((value) => compact(value)) },
      { ...axis, size: 40, space: 28, values: (_, splits) => splits.map((value) => compact(value)) },
    ],
    series: [{}, { fill: color("--conch-accent"), stroke: color("--conch-accent"), width: 0, paths: uPlot.paths.bars?.({ size: [1, Infinity], gap: 0 }), points: { show: false } }],
  };
}

/** Short enough for an axis: 12k, 3.4M, 0.25. */
function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3)) return value.toExponential(0);
  if (size >= 1e6) return `${numberText(value / 1e6, 3)}M`;
  if (size >= 1e3) return `${numberText(value / 1e3, 3)}k`;
  return numberText(value, 3);
}
