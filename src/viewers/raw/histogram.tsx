import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { TensorSummary } from "../../runtime/protocol.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { rawViewerMessages } from "../../ui/catalogue/raw-viewer.messages.ts";
import { axisText, chartAxis, themeColor } from "../chart-axis.ts";
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
  const color = themeColor(element);
  const axis = chartAxis(element);
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, max) => [0, max || 1] } },
    axes: [
      { ...axis, size: 24, space: 56, values: (_, splits) => splits.map(axisText) },
      { ...axis, size: 40, space: 28, values: (_, splits) => splits.map(axisText) },
    ],
    series: [{}, { fill: color("--conch-accent"), stroke: color("--conch-accent"), width: 0, paths: uPlot.paths.bars?.({ size: [1, Infinity], gap: 0 }), points: { show: false } }],
  };
}
