import { Button, Loader, NumberInput, Switch } from "@mantine/core";
import { useMemo, useState } from "react";
import { assert } from "../../base/errors.ts";
import type { TensorData } from "../../tensor/data-type.ts";
import { scoresViewerMessages } from "../../ui/catalogue/scores-viewer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { numberReader, numberText } from "../element-values.ts";
import { ItemChoice } from "../item-choice.tsx";
import { useLoaded } from "../use-loaded.ts";
import type { ViewedTensor, ViewerProps } from "../viewer.ts";
import { areProbabilities, largestScores, scoresOf, softmax, type ClassScore } from "./class-scores.ts";
import classes from "./scores.module.css";

/** Classes listed at first, and at most. */
const FIRST = 5;
const MOST = 1000;

/** Scores of classes: the largest ones as bars, with names and numbers; one item of the batch at a time. */
export function Scores({ tensor }: ViewerProps) {
  const t = useMessages(scoresViewerMessages);
  const [attempt, setAttempt] = useState(0);
  const question = useMemo(() => ({ tensor, attempt }), [tensor, attempt]);
  const loaded = useLoaded(question, () => tensor.loadData());
  if (loaded.status === "loading") return <PaneNotice icon={<Loader size="sm" />}>{t("loading")}</PaneNotice>;
  if (loaded.status === "failed") {
    // A tensor that is gone stays so: the results offer another run.
    const retry = loaded.code === "STALE_TENSOR" ? undefined : <Button variant="default" onClick={() => setAttempt(attempt + 1)}>{t("retry")}</Button>;
    return <PaneNotice action={retry}>{t("failed", { reason: loaded.reason })}</PaneNotice>;
  }
  return <Ranking tensor={tensor} data={loaded.value} />;
}

function Ranking({ tensor, data }: { tensor: ViewedTensor; data: TensorData }) {
  const t = useMessages(scoresViewerMessages);
  const [item, setItem] = useState(0);
  const [count, setCount] = useState(FIRST);
  const [asProbabilities, setAsProbabilities] = useState(false);
  const layout = useMemo(() => scoresOf(tensor), [tensor]);
  assert(layout !== undefined, `the viewer of scores accepts "${tensor.name}"`);
  const values = useMemo(() => {
    const read = numberReader(tensor.summary.dataType, data);
    return Array.from({ length: layout.classes }, (_, index) => read(item * layout.classes + index));
  }, [tensor, data, layout, item]);
  const probable = useMemo(() => areProbabilities(values), [values]);
  const shown = useMemo(() => largestScores(asProbabilities && !probable ? softmax(values) : values, count), [values, probable, asProbabilities, count]);
  const most = Math.min(layout.classes, MOST);
  return (
    <section className={classes.viewer} data-testid="scores-viewer">
      <div className={classes.toolbar}>
        {layout.items > 1 && <ItemChoice items={layout.items} item={item} onChange={setItem} />}
        <label className={classes.count}>
          {t("count")}
          <NumberInput
            size="xs"
            className={classes.field}
            min={1}
            max={most}
            allowDecimal={false}
            value={Math.min(count, most)}
            onChange={(next) => typeof next === "number" && next >= 1 && setCount(Math.min(next, most))}
          />
          {t("of", { classes: layout.classes })}
        </label>
        {!probable && <Switch size="xs" label={t("softmax")} checked={asProbabilities} onChange={(event) => setAsProbabilities(event.currentTarget.checked)} />}
      </div>
      <Bars name={tensor.name} scores={shown} labels={tensor.labels ?? []} whole={probable || asProbabilities} />
    </section>
  );
}

/** `whole`: bars are parts of 1; else of the largest magnitude among them. */
function Bars({ name, scores, labels, whole }: { name: string; scores: readonly ClassScore[]; labels: readonly string[]; whole: boolean }) {
  const t = useMessages(scoresViewerMessages);
  const most = whole ? 1 : Math.max(...scores.map(({ value }) => (Number.isFinite(value) ? Math.abs(value) : 0)), Number.MIN_VALUE);
  return (
    // A list that scrolls is scrolled by keys once it has the focus.
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("list", { name })}>
      <ol className={classes.bars}>
        {scores.map(({ index, value }) => (
          <li key={index} className={classes.row} data-testid={`score-${index}`}>
            {/* A blank line of the label file names nothing. */}
            <span className={classes.name} title={labels[index]}>{labels[index] || t("class", { index })}</span>
            <span className={classes.track} aria-hidden="true">
              <span className={classes.bar} data-negative={value < 0 || undefined} style={{ width: `${Number.isNaN(value) ? 0 : Math.min(100, (100 * Math.abs(value)) / most)}%` }} />
            </span>
            <span className={classes.value}>{numberText(value)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
