/** A chart as numbers: what is drawn, by whatever draws it. */
export interface ChartData {
  readonly kind: "bars" | "lines";
  /** Bars: names of the places along x. Lines: none, x are numbers. */
  readonly places: readonly string[];
  readonly x: readonly number[];
  /** In the order of drawing: of bars at one place a later one stands before the earlier. */
  readonly series: readonly ChartSeries[];
}

/** One series; null where there is no value. */
export interface ChartSeries {
  readonly label: string;
  /** Index of a colour of the theme's series. */
  readonly color: number;
  readonly faint: boolean;
  /** Of a line: index of its dashes; left out, that of the colour. */
  readonly dash?: number;
  readonly values: readonly (number | null)[];
}

/** Colours that the theme has for series; more series begin again. The last is that of what is left over. */
export const SERIES_COLORS = 6;
