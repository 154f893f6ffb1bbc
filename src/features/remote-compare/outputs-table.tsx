import { UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconEqual, IconQuestionMark } from "@tabler/icons-react";
import { useId } from "react";
import type { RemoteComparison } from "../../state/remote-comparison.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { OUTPUT_COLUMNS, outputRows, type OutputRow } from "./output-rows.ts";
import classes from "./remote-compare.module.css";

interface OutputsTableProps {
  readonly comparison: RemoteComparison;
  /** The output that is looked at. */
  readonly chosen: string | null;
  onChoose(name: string): void;
}

const MARKS = { equal: IconEqual, close: IconCheck, different: IconAlertTriangle, unknown: IconQuestionMark } as const;

/** Every output with how far it lies apart; its name opens it. */
export function OutputsTable({ comparison, chosen, onChoose }: OutputsTableProps) {
  const t = useMessages(remoteCompareMessages);
  const id = useId();
  return (
    <section className={classes.section}>
      <h2 id={id} className={measuring.heading}>{t("outputs")}</h2>
      <div className={classes.scroll} role="region" aria-labelledby={id} tabIndex={0}>
        <table className={classes.table} aria-labelledby={id} data-testid="remote-outputs">
          <thead>
            <tr>
              <th scope="col">{t("output")}</th>
              <th scope="col">{t("type")}</th>
              {OUTPUT_COLUMNS.map((key) => <th key={key} scope="col">{t(key)}</th>)}
            </tr>
          </thead>
          <tbody>
            {outputRows(comparison, t).map((row) => <Row key={row.name} row={row} open={row.name === chosen} onChoose={onChoose} />)}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ row: { name, type, finding, cells, state }, open, onChoose }: { readonly row: OutputRow; readonly open: boolean; onChoose(name: string): void }) {
  const t = useMessages(remoteCompareMessages);
  const Mark = MARKS[state];
  return (
    <tr data-row={name} data-state={state} data-open={open || undefined}>
      <th scope="row">
        <UnstyledButton className={classes.open} aria-expanded={open} aria-label={t("openOutput", { output: name })} onClick={() => onChoose(name)}>
          <Mark size={14} className={classes[state]} aria-hidden="true" />
          <span>{name}</span>
        </UnstyledButton>
      </th>
      <td className={classes.mono}>{type}</td>
      {finding === null ? cells.map((cell, column) => <td key={OUTPUT_COLUMNS[column]}>{cell}</td>) : <td colSpan={cells.length}>{finding}</td>}
    </tr>
  );
}
