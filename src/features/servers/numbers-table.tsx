import { useId } from "react";
import classes from "./servers.module.css";

interface Props {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly testId: string;
}

/** A table of numbers that scrolls sideways by itself, by keys too. */
export function NumbersTable({ title, head, rows, testId }: Props) {
  const id = useId();
  return (
    <section className={classes.section}>
      <h4 id={id} className={classes.tableTitle}>{title}</h4>
      <div className={classes.scroll} role="region" aria-labelledby={id} tabIndex={0}>
        <table className={classes.table} aria-labelledby={id} data-testid={testId}>
          <thead>
            <tr>{head.map((cell) => <th key={cell} scope="col">{cell}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map((cells) => (
              <tr key={cells.join()}>{cells.map((cell, column) => <td key={head[column]}>{cell}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
