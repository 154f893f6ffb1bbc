import type { DataType, TensorData } from "../../tensor/data-type.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { rawViewerMessages } from "../../ui/catalogue/raw-viewer.messages.ts";
import { elementText, numberReader, numberText } from "../element-values.ts";
import { around, offsetOf, type SliceView } from "./slice.ts";
import classes from "./raw-viewer.module.css";

/** Exact value of the element that is looked at, and a table of those around it. */
export function NumberTable({ dataType, data, shape, view }: { dataType: DataType; data: TensorData; shape: readonly number[]; view: SliceView }) {
  const t = useMessages(rawViewerMessages);
  const { rows, columns, index } = view;
  const read = numberReader(dataType, data);
  const [row, column] = [index[rows] as number, index[columns] as number];
  const down = around(row, shape[rows] as number, 9);
  const across = around(column, shape[columns] as number, 5);
  const at = (y: number, x: number) => offsetOf(index.with(rows, y).with(columns, x), shape);
  return (
    <div
      className={classes.numbers}
      role="region"
      aria-label={t("neighbours", { index: index.join(", ") })}
      // A region that scrolls is scrolled by keys once it has the focus.
      tabIndex={0}
    >
      <p className={classes.element} data-testid="element">
        <span>{t("element", { index: index.join(", ") })}</span>
        <output className={classes.number}>{elementText(dataType, data, at(row, column))}</output>
      </p>
      <table className={classes.table}>
        <thead>
          <tr>
            <td />
            {across.map((x) => <th key={x} scope="col" data-at={x === column || undefined}>{x}</th>)}
          </tr>
        </thead>
        <tbody>
          {down.map((y) => (
            <tr key={y}>
              <th scope="row" data-at={y === row || undefined}>{y}</th>
              {across.map((x) => (
                <td key={x} data-at={(y === row && x === column) || undefined}>{numberText(read(at(y, x)), 5)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
