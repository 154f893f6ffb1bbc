import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useId, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { ChartData } from "./chart-data.ts";
import { CHART_HEIGHT, chartOptions, colorName, dashesOf } from "./chart-options.ts";
import classes from "./chart.module.css";

interface ChartProps {
  readonly title: string;
  /** What a screen reader says in the picture's place: which table has the numbers. */
  readonly text: string;
  readonly data: ChartData;
}

/** A chart with its title and legend, drawn anew when the colour scheme changes. The canvas is found by `data-chart` for the export. */
export function Chart({ title, text, data }: ChartProps) {
  const id = useId();
  return (
    <figure className={classes.chart} aria-labelledby={id} data-chart={title}>
      <figcaption id={id} className={classes.chartTitle}>{title}</figcaption>
      <Plot key={useComputedColorScheme("light")} text={text} data={data} />
      <ul className={classes.legend} aria-hidden="true">
        {(data.kind === "bars" ? data.series.toReversed() : data.series).map((series) => (
          <li
            key={series.label}
            data-series={series.label}
            data-color={colorName(series)}
            data-faint={series.faint || undefined}
            data-dashes={data.kind === "lines" ? dashesOf(series).join(" ") : undefined}
          >
            {data.kind === "lines" ? (
              <svg width={24} height={10}>
                <line x1={0} y1={5} x2={24} y2={5} strokeWidth={2} strokeDasharray={dashesOf(series).join(" ")} style={{ stroke: `var(${colorName(series)})` }} />
              </svg>
            ) : (
              <span className={classes.swatch} style={{ background: `var(${colorName(series)})`, opacity: series.faint ? 0.4 : 1 }} />
            )}
            {series.label}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Plot({ text, data }: Pick<ChartProps, "text" | "data">) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    let plot: uPlot | undefined;
    const observer = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: CHART_HEIGHT }));
    // Each chart in a task of its own: together they would hold the page up.
    const timer = setTimeout(() => {
      plot = new uPlot(chartOptions(data, element), [[...data.x], ...data.series.map(({ values }) => [...values])], element);
      observer.observe(element);
    });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      plot?.destroy();
    };
  }, [data]);
  return <div ref={host} className={classes.plot} role="img" aria-label={text} />;
}
