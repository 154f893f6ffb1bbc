import { Table } from "@mantine/core";
import { useId } from "react";
import type { TextTable } from "./table-rows.ts";
import classes from "./placements.module.css";

/** A table of numbers that scrolls sideways by itself, by keys too. */
export function NumbersTable({ title, table: { head, names, rows }, testId }: { readonly title: string; readonly table: TextTable; readonly testId: string }) {
  const id = useId();
  return (
    <section className={classes.section}>
      <h3 id={id} className={classes.heading}>{title}</h3>
      <div className={classes.scroll} role="region" aria-labelledby={id} tabIndex={0}>
        <Table withTableBorder className={classes.table} aria-labelledby={id} data-testid={testId}>
          <Table.Thead>
            <Table.Tr>{head.map((cell, column) => <Table.Th key={cell} scope="col" className={column < names ? undefined : classes.number}>{cell}</Table.Th>)}</Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ key, cells }) => (
              <Table.Tr key={key} data-row={key}>
                {cells.map((cell, column) =>
                  column < names ? <Table.Th key={column} scope="row" className={classes.name}>{cell}</Table.Th> : <Table.Td key={column} className={classes.number}>{cell}</Table.Td>,
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
