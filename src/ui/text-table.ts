/** A table as texts: what a panel shows and a report copies. The first cells of a row are its names. */
export interface TextTable {
  readonly head: readonly string[];
  /** Columns from the left that hold names rather than numbers. */
  readonly names: number;
  readonly rows: readonly { readonly key: string; readonly cells: readonly string[] }[];
}

/** The rows of a table as Markdown. */
export function markdownTable({ head, names, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |`;
  return [line(head), `|${head.map((_, column) => (column < names ? " --- |" : " ---: |")).join("")}`, ...rows.map(({ cells }) => line(cells))].join("\n");
}

/** A text that says the same in Markdown, in one line. */
export function markdownText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, " ");
}
