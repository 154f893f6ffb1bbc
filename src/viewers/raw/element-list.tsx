import { useState } from "react";
import type { TensorData } from "../../tensor/data-type.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { rawViewerMessages } from "../../ui/catalogue/raw-viewer.messages.ts";
import { elementText } from "../element-values.ts";
import type { ViewedTensor } from "../viewer.ts";
import { indexOf } from "./slice.ts";
import classes from "./raw-viewer.module.css";

const ROW = 24;
/** Rows that are there at once: enough for any pane, few enough for any browser. */
const ROWS = 64;
/** Browsers bound the height of an element; beyond this the list is scrolled proportionally. */
const TALLEST = 8_000_000;
/** Characters of a text that are shown. */
const LONGEST = 2000;

/** The elements one below the other, each with its index; only those in view are in the document. */
export function ElementList({ tensor, data }: { tensor: ViewedTensor; data: TensorData }) {
  const t = useMessages(rawViewerMessages);
  const { dataType, shape } = tensor.summary;
  const [first, setFirst] = useState(0);
  const height = Math.min(data.length * ROW, TALLEST);
  const last = Math.max(0, data.length - ROWS);
  const onScroll = (top: number, visible: number) => {
    const fraction = height > visible ? top / (height - visible) : 0;
    setFirst(Math.max(0, Math.min(last, Math.floor(fraction * (data.length - visible / ROW)) - 8)));
  };
  const top = data.length <= ROWS ? 0 : (first / data.length) * height;
  const text = (offset: number): string => {
    const whole = elementText(dataType, data, offset);
    return whole.length <= LONGEST ? whole : t("truncated", { text: whole.slice(0, LONGEST), count: whole.length });
  };
  return (
    <div
      className={classes.list}
      role="region"
      aria-label={t("list", { name: tensor.name })}
      // A region that scrolls is scrolled by keys once it has the focus.
      tabIndex={0}
      data-testid="element-list"
      onScroll={({ currentTarget }) => onScroll(currentTarget.scrollTop, currentTarget.clientHeight)}
    >
      <div style={{ minHeight: height, paddingTop: top }}>
        <table className={classes.elements}>
          <tbody>
            {Array.from({ length: Math.min(ROWS, data.length - first) }, (_, n) => first + n).map((offset) => (
              <tr key={offset}>
                <th scope="row">[{indexOf(offset, shape).join(", ")}]</th>
                <td data-text={dataType === "TYPE_STRING" || undefined}>{text(offset)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
