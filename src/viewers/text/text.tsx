import { Button, Loader } from "@mantine/core";
import { useMemo, useState } from "react";
import { useMessages } from "../../ui/catalogue/section.ts";
import { textViewerMessages } from "../../ui/catalogue/text-viewer.messages.ts";
import { MoreButton, useFirst } from "../../ui/long-list.tsx";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { elementText, numberReader } from "../element-values.ts";
import { useLoaded } from "../use-loaded.ts";
import type { ViewerProps } from "../viewer.ts";
import { scoresOfTexts, textElement, textsOf } from "./text-elements.ts";
import classes from "./text.module.css";

/** Texts listed at first, and more with each press. */
const PAGE = 50;

/** A number that the run gave for each text. */
interface Score {
  readonly name: string;
  text(index: number): string;
  /** Its share of a bar; undefined unless all of the name are from 0 to 1. NaN is left out. */
  share(index: number): number | undefined;
}

/** Texts one below the other, each with the numbers that the run gave for it: those that were opened first. */
export function Texts({ tensor, companions }: ViewerProps) {
  const t = useMessages(textViewerMessages);
  const [attempt, setAttempt] = useState(0);
  const question = useMemo(() => ({ tensor, companions, attempt }), [tensor, companions, attempt]);
  const loaded = useLoaded(question, async () => {
    const texts = textsOf(tensor, companions) ?? tensor;
    const data = await texts.loadData();
    const scores = await Promise.all(
      scoresOfTexts(texts, texts === tensor ? companions : [tensor, ...companions]).map(async ({ name, summary: { dataType, count }, loadData }): Promise<Score> => {
        const numbers = await loadData();
        const value = numberReader(dataType, numbers);
        const shares = Array.from({ length: count }, (_, index) => value(index)).every((each) => Number.isNaN(each) || (each >= 0 && each <= 1));
        return { name, text: (index) => elementText(dataType, numbers, index), share: (index) => (shares && value(index) >= 0 ? value(index) : undefined) };
      }),
    );
    return { texts: data as readonly Uint8Array[], scores };
  });
  if (loaded.status === "loading") return <PaneNotice icon={<Loader size="sm" />}>{t("loading")}</PaneNotice>;
  if (loaded.status === "failed") {
    // A tensor that is gone stays so: the results offer another run.
    const retry = loaded.code === "STALE_TENSOR" ? undefined : <Button variant="default" onClick={() => setAttempt(attempt + 1)}>{t("retry")}</Button>;
    return <PaneNotice action={retry}>{t("failed", { reason: loaded.reason })}</PaneNotice>;
  }
  return <TextList name={tensor.name} {...loaded.value} />;
}

function TextList({ name, texts, scores }: { name: string; texts: readonly Uint8Array[]; scores: readonly Score[] }) {
  const t = useMessages(textViewerMessages);
  const first = useFirst(texts, PAGE);
  return (
    // A list that scrolls is scrolled by keys once it has the focus.
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("list", { name })} data-testid="text-viewer">
      <ol className={classes.texts}>
        {first.shown.map((bytes, index) => (
          <li key={index} className={classes.item}>
            <Words bytes={bytes} />
            {scores.length > 0 && (
              <dl className={classes.scores}>
                {scores.map((score) => <ScoreLine key={score.name} score={score} index={index} />)}
              </dl>
            )}
          </li>
        ))}
      </ol>
      <MoreButton {...first} />
    </div>
  );
}

function Words({ bytes }: { bytes: Uint8Array }) {
  const t = useMessages(textViewerMessages);
  const { text, isText, more } = useMemo(() => textElement(bytes), [bytes]);
  return (
    <div className={classes.words}>
      {bytes.length === 0 ? <em className={classes.note}>{t("empty")}</em> : <p className={isText ? classes.text : classes.bytes}>{text}</p>}
      {!isText && <p className={classes.note}>{t("bytes", { count: bytes.length })}</p>}
      {more > 0 && <p className={classes.note}>{t("more", { count: more })}</p>}
    </div>
  );
}

function ScoreLine({ score: { name, text, share }, index }: { score: Score; index: number }) {
  const width = share(index);
  return (
    <div className={classes.score}>
      <dt>{name}</dt>
      <dd>
        {text(index)}
        {width !== undefined && <span className={classes.track} aria-hidden="true"><span className={classes.bar} style={{ width: `${width * 100}%` }} /></span>}
      </dd>
    </div>
  );
}
