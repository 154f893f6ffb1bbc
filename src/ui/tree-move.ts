/** What moving in a tree needs of a row that is on screen. */
interface MovableRow {
  readonly id: string;
  /** What it is called: a typed character looks for it. */
  readonly label: string;
  /** 1 for the outermost. */
  readonly level: number;
  /** undefined: nothing below it. */
  readonly expanded?: boolean;
}

/** What a key does in a tree (WAI-ARIA tree view pattern): move the focus, expand, collapse, or open the row. */
export type TreeMove = { readonly focus: string } | { readonly expand: string } | { readonly collapse: string } | { readonly open: string };

/** The move of a key at the focused row, or undefined. One printable character goes to the next row that begins with it. */
export function treeMove(rows: readonly MovableRow[], focused: string | null, key: string): TreeMove | undefined {
  const index = rows.findIndex(({ id }) => id === focused);
  const row = rows[index];
  if (row === undefined) return rows[0] === undefined ? undefined : { focus: rows[0].id };
  const to = (target: MovableRow | undefined): TreeMove | undefined => (target === undefined ? undefined : { focus: target.id });
  switch (key) {
    case "ArrowDown":
      return to(rows[index + 1]);
    case "ArrowUp":
      return to(rows[index - 1]);
    case "Home":
      return to(rows[0]);
    case "End":
      return to(rows.at(-1));
    case "ArrowRight":
      if (row.expanded === false) return { expand: row.id };
      return row.expanded === true ? to(rows[index + 1]) : undefined;
    case "ArrowLeft":
      if (row.expanded === true) return { collapse: row.id };
      return to(rows.slice(0, index).findLast(({ level }) => level < row.level));
    case "Enter":
    case " ":
      return { open: row.id };
    default: {
      if ([...key].length !== 1) return undefined;
      const from = [...rows.slice(index + 1), ...rows.slice(0, index)];
      return to(from.find(({ label }) => label.toLowerCase().startsWith(key.toLowerCase())));
    }
  }
}
