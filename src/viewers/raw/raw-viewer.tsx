import { Button, Loader } from "@mantine/core";
import { useMemo, useState } from "react";
import { bytesPerElement } from "../../tensor/data-type.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { rawViewerMessages } from "../../ui/catalogue/raw-viewer.messages.ts";
import { formatBytes } from "../../ui/format.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { useLoaded } from "../use-loaded.ts";
import type { ViewerProps } from "../viewer.ts";
import { ElementList } from "./element-list.tsx";
import { SliceBrowser } from "./slice-browser.tsx";
import { TensorStatistics } from "./tensor-statistics.tsx";
import classes from "./raw-viewer.module.css";

/** Elements are copied out of the worker unasked up to here. */
const UNASKED_BYTES = 256 * 2 ** 20;

/** Any tensor as numbers: statistics and histogram, and its elements as slices or as a list. */
export function RawViewer({ tensor }: ViewerProps) {
  return (
    <section className={classes.viewer} data-testid="raw-viewer">
      <TensorStatistics summary={tensor.summary} />
      <Elements key={`${tensor.name} ${tensor.summary.shape.join()}`} tensor={tensor} />
    </section>
  );
}

function Elements({ tensor }: Pick<ViewerProps, "tensor">) {
  const t = useMessages(rawViewerMessages);
  const { dataType, shape, count } = tensor.summary;
  const bytes = count * bytesPerElement(dataType);
  const [asked, setAsked] = useState(bytes <= UNASKED_BYTES);
  const [attempt, setAttempt] = useState(0);
  const question = useMemo(() => ({ tensor, asked, attempt }), [tensor, asked, attempt]);
  const loaded = useLoaded(question, () => (asked ? tensor.loadData() : Promise.resolve(undefined)));
  if (count === 0) return <PaneNotice>{t("empty")}</PaneNotice>;
  if (!asked) {
    return <PaneNotice action={<Button variant="default" onClick={() => setAsked(true)}>{t("copy")}</Button>}>{t("large", { size: formatBytes(bytes) })}</PaneNotice>;
  }
  if (loaded.status === "failed") {
    // A tensor that is gone stays so: the results offer another run.
    const retry = loaded.code === "STALE_TENSOR" ? undefined : <Button variant="default" onClick={() => setAttempt(attempt + 1)}>{t("retry")}</Button>;
    return <PaneNotice action={retry}>{t("failed", { reason: loaded.reason })}</PaneNotice>;
  }
  if (loaded.status === "loading" || loaded.value === undefined) return <PaneNotice icon={<Loader size="sm" />}>{t("loading")}</PaneNotice>;
  const sliced = dataType !== "TYPE_STRING" && shape.filter((size) => size > 1).length >= 2;
  const Browser = sliced ? SliceBrowser : ElementList;
  return <Browser tensor={tensor} data={loaded.value} />;
}
