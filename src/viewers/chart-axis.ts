import type uPlot from "uplot";
import { numberText } from "./element-values.ts";

/** A colour of the theme by its custom property: a function, because the colour scheme reaches the document after an effect and before the first drawing. */
export function themeColor(element: HTMLElement): (name: string) => () => string {
  const style = getComputedStyle(element);
  return (name) => () => style.getPropertyValue(name).trim();
}

/** An axis in the theme's colours and the element's font. */
export function chartAxis(element: HTMLElement): uPlot.Axis {
  const color = themeColor(element);
  return {
    stroke: color("--conch-text-dimmed"),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: color("--conch-border"), width: 1 },
    ticks: { stroke: color("--conch-border"), width: 1, size: 4 },
  };
}

/** Short enough for an axis: 12k, 3.4M, 0.25. */
export function axisText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3)) return value.toExponential(0);
  if (size >= 1e6) return `${numberText(value / 1e6, 3)}M`;
  if (size >= 1e3) return `${numberText(value / 1e3, 3)}k`;
  return numberText(value, 3);
}
