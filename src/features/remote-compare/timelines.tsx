import { Text } from "@mantine/core";
import { useId, type ReactNode } from "react";
import type { RemoteComparison, SideRun } from "../../state/remote-comparison.ts";
import { placementMessages } from "../../ui/catalogue/placement.messages.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ErrorText } from "../../ui/error-text.tsx";
import { formatBytes, formatMilliseconds } from "../../ui/format.ts";
import measuring from "../../ui/measuring.module.css";
import { hereRows, servedNotes, thereRows, type SpanKind, type TimeRow } from "./time-rows.ts";
import classes from "./remote-compare.module.css";

const KINDS: readonly SpanKind[] = ["queue", "input", "infer", "outputSpan", "rest", "network"];

/** Both timelines on one scale: here step by step, there by the server's statistics. */
export function Timelines({ comparison }: { readonly comparison: RemoteComparison }) {
  const t = useMessages(remoteCompareMessages);
  const { here, there, served, server, warmup } = comparison;
  const notes = servedNotes(comparison, t);
  const [mine, its] = [hereRows(here, t), thereRows(comparison, t)];
  const whole = Math.max(here.milliseconds ?? 0, served?.milliseconds ?? 0);
  return (
    <section className={classes.section}>
      <h2 className={measuring.heading}>{t("times")}</h2>
      <div className={classes.timelines}>
        <Timeline title={t("hereTitle")} run={here} milliseconds={here.milliseconds} rows={mine} whole={whole} testId="timeline-here">
          {warmup === 0 && here.status === "done" && <Text size="xs" c="dimmed">{t("loadingNote")}</Text>}
        </Timeline>
        <Timeline title={t("thereTitle", { server: server.name })} run={there} milliseconds={served?.milliseconds ?? null} rows={its} whole={whole} testId="timeline-there">
          {served !== null && (
            <>
              <Text size="xs" data-testid="remote-bytes">{t("bytes", { up: formatBytes(served.bytesUp), down: formatBytes(served.bytesDown) })}</Text>
              <Text size="xs" c="dimmed">{t("thereNote")}</Text>
            </>
          )}
          {notes.length > 0 && <ul className={classes.notes} data-testid="remote-notes">{notes.map((note) => <li key={note}>{note}</li>)}</ul>}
        </Timeline>
      </div>
      {whole > 0 && (
        <ul className={classes.legend} aria-hidden="true">
          {KINDS.map((kind) => <li key={kind}><span className={`${classes.swatch} ${classes[kind]}`} />{t(kind)}</li>)}
        </ul>
      )}
    </section>
  );
}

interface TimelineProps {
  readonly title: string;
  readonly run: SideRun;
  readonly milliseconds: number | null;
  readonly rows: readonly TimeRow[];
  /** What the width of a bar stands for. */
  readonly whole: number;
  readonly testId: string;
  readonly children: ReactNode;
}

function Timeline({ title, run, milliseconds, rows, whole, testId, children }: TimelineProps) {
  const t = useMessages(remoteCompareMessages);
  const id = useId();
  return (
    <div className={classes.timeline} data-testid={testId} data-status={run.status}>
      <h3 id={id} className={classes.timelineTitle}>
        {title}
        {milliseconds !== null && <span className={classes.total}>{t("total", { time: formatMilliseconds(milliseconds) })}</span>}
      </h3>
      {run.status === "waiting" && <Text size="xs">{t("sideWaiting")}</Text>}
      {run.status === "cancelled" && <Text size="xs">{t("sideCancelled")}</Text>}
      {run.error !== null && <p className={classes.problem} role="alert"><strong>{t("sideFailed")}</strong> <ErrorText error={run.error} /></p>}
      {rows.length > 0 && (
        <div className={classes.scroll} role="region" aria-labelledby={id} tabIndex={0}>
          <table className={classes.table} aria-labelledby={id}>
            <thead>
              <tr>
                <th scope="col">{t("step")}</th>
                <th className={classes.bars} aria-hidden="true" />
                <th scope="col" className={classes.number}>{t("time")}</th>
              </tr>
            </thead>
            <tbody>{rows.map((row) => <TimelineRow key={row.key} row={row} whole={whole} />)}</tbody>
          </table>
        </div>
      )}
      {children}
    </div>
  );
}

function TimelineRow({ row: { key, name, place, spans, milliseconds }, whole }: { readonly row: TimeRow; readonly whole: number }) {
  const t = useMessages(remoteCompareMessages);
  const places = useMessages(placementMessages);
  const told = spans.filter(({ from, to }) => to > from).map(({ kind, from, to }) => `${t(kind)} ${formatMilliseconds(to - from)}`).join(", ");
  return (
    <tr data-row={key}>
      <th scope="row">
        <span className={classes.mono}>{name}</span>
        {place !== null && place !== "server" && <span className={classes.place}> {places(place)}</span>}
        <span className={classes.spans}>{told === "" ? t("networkUnknown") : told}</span>
      </th>
      <td className={classes.bars} aria-hidden="true">
        <div className={classes.track}>
          {spans.map(({ kind, from, to }) => <span key={kind} title={t(kind)} className={classes[kind]} style={{ left: `${(100 * from) / whole}%`, width: `${(100 * (to - from)) / whole}%` }} />)}
        </div>
      </td>
      <td className={classes.number}>{milliseconds === null ? "–" : formatMilliseconds(milliseconds)}</td>
    </tr>
  );
}
