import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import type { RefObject } from "react";

/** Of a long list the rows to render: those in view and a few around them, and the one that keeps the focus. */
export interface RowWindow {
  /** False for a list so short that all of it is rendered. */
  readonly windowed: boolean;
  readonly items: readonly WindowItem[];
  /** Height below the last rendered row. Pixels. */
  readonly below: number;
  /** To be given to each row as `ref`, where heights differ; the row needs `data-index`. */
  measure(row: HTMLElement | null): void;
  /** Brings a row into view. */
  show(index: number): void;
}

/** A row to render. */
export interface WindowItem {
  readonly index: number;
  /** Height of what is left out between the row before and this one. Pixels. */
  readonly above: number;
}

/** Longer lists are rendered in parts. */
const MANY_ROWS = 200;

/**
 * The part of a list of `count` rows to render within its scrolling element. `height` is a row's, or a guess that measuring corrects; `kept` is the
 * row that stays rendered wherever it is, so that it keeps the focus; `start` is what stands above the rows.
 */
export function useRowWindow(scroller: RefObject<HTMLElement | null>, { count, height, kept, start = 0 }: { count: number; height: number; kept: number; start?: number }): RowWindow {
  const windowed = count > MANY_ROWS;
  // Nothing here is compiled by React Compiler, which could not keep what this hook gives.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    enabled: windowed,
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    paddingStart: start,
    // Not yet laid out it would render nothing.
    initialRect: { width: 0, height: 800 },
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      return kept < 0 || kept >= count || shown.includes(kept) ? shown : [...shown, kept].sort((a, b) => a - b);
    },
  });
  if (!windowed) {
    return { windowed, items: Array.from({ length: count }, (_, index) => ({ index, above: 0 })), below: 0, measure: () => {}, show: () => {} };
  }
  const virtual = virtualizer.getVirtualItems();
  const items = virtual.map(({ index, start: at }, rank) => ({ index, above: at - (virtual[rank - 1]?.end ?? start) }));
  return {
    windowed,
    items,
    below: virtualizer.getTotalSize() - (virtual.at(-1)?.end ?? start),
    measure: virtualizer.measureElement,
    show: (index) => virtualizer.scrollToIndex(index),
  };
}
