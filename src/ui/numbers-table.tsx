import { useId } from "react";
import type { TextTable } from "./text-table.ts";
import classes from "./numbers-table.module.css";

/** A table of numbers that scrolls sideways by itself, by keys too. */
export function NumbersTable({ title, table: { head, names, rows }, testId }: { readonly title: string; readonly table: TextTable; readonly testId: string }) {
  const id = useId();
  return (
    <section className={classes.section}>
      <h2 id={id} className={classes.heading}>{title}</h2>
      <div className={classes.scroll} role="region" aria-labelledby={id} tabIndex={0}>
        <table className={classes.table} aria-labelledby={id} data-testid={testId}>
          <thead>
            <tr>{head.map((cell, column) => <th key={cell} scope="col" className={column < names ? undefined : classes.number}>{cell}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map(({ key, cells }) => (
              <tr key={key} data-row={key}>
                {cells.map((cell, column) =>
                  column < names ? <th key={column} scope="row" className={classes.name}>{cell}</th> : <td key={column} className={classes.number}>{cell}</td>,
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
