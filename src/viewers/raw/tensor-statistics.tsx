import type { TensorSummary } from "../../runtime/protocol.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { rawViewerMessages } from "../../ui/catalogue/raw-viewer.messages.ts";
import { DataTypeMark } from "../../ui/data-type-mark.tsx";
import { formatShape } from "../../ui/format.ts";
import { numberText } from "../element-values.ts";
import { Histogram } from "./histogram.tsx";
import classes from "./raw-viewer.module.css";

/** What a tensor's values are like: bounds, mean, what is no number, and how they are spread. */
export function TensorStatistics({ summary }: { summary: TensorSummary }) {
  const t = useMessages(rawViewerMessages);
  const { dataType, shape, count, min, max, mean, nan, infinite, histogram } = summary;
  const number = (value: number | null) => (value === null ? "–" : numberText(value));
  const facts = dataType === "TYPE_STRING" ? [] : ([
    [t("min"), number(min)],
    [t("max"), number(max)],
    [t("mean"), number(mean)],
    [t("notFinite"), t("notFiniteCounts", { nan, infinite })],
  ] as const);
  return (
    <aside className={classes.statistics} aria-label={t("statistics")}>
      <dl className={classes.facts}>
        <dt>{t("dataType")}</dt>
        <dd className={classes.mono}><DataTypeMark type={dataType} /> {formatShape(shape)}</dd>
        <dt>{t("elements")}</dt>
        <dd className={classes.number}>{count}</dd>
        {facts.map(([name, value]) => (
          <div key={name} className={classes.fact}>
            <dt>{name}</dt>
            <dd className={classes.number}>{value}</dd>
          </div>
        ))}
      </dl>
      {dataType !== "TYPE_STRING" && (histogram === null ? <p className={classes.note}>{t("noHistogram")}</p> : <Histogram histogram={histogram} />)}
    </aside>
  );
}
