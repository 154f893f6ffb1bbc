import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { Button, Chip, Group, UnstyledButton } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import { useApp } from "../../ui/app-context.ts";
import { problemMessages } from "../../ui/catalogue/problems.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { goToFinding } from "../../ui/go-to-finding.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { SeverityGlyph } from "../../ui/severity-mark.tsx";
import { bySeverity, countBySeverity, placesOf } from "./locate.ts";
import { useApplyFix, useRepository } from "../../ui/open-model.ts";
import classes from "./problems.module.css";

/** Findings drawn at first, and more with each press. */
const PAGE = 200;

const FILTERS = [
  ["error", "errors"],
  ["warning", "warnings"],
  ["info", "infos"],
] as const;

/** Every finding of the open repository; a click leads to it, a fix is one click and one step of undo. */
export function Problems() {
  const t = useMessages(problemMessages);
  const { diagnostics: findings, files } = useRepository();
  const [hidden, setHidden] = useState<ReadonlySet<Severity>>(new Set());
  const [shown, setShown] = useState(PAGE);
  const counts = useMemo(() => countBySeverity(findings), [findings]);
  const rows = useMemo(() => bySeverity(findings.filter(({ severity }) => !hidden.has(severity))), [findings, hidden]);
  const places = useMemo(() => placesOf(files), [files]);
  if (findings.length === 0) return <PaneNotice icon={<IconCircleCheck size={24} />}>{t("none")}</PaneNotice>;
  const toggle = (severity: Severity): void => {
    const next = new Set(hidden);
    if (!next.delete(severity)) next.add(severity);
    setHidden(next);
  };
  return (
    <div className={classes.problems} data-testid="problems">
      <Group className={classes.filters} gap={4} role="group" aria-label={t("show")}>
        {FILTERS.map(([severity, label]) => (
          <Chip key={severity} size="xs" variant="outline" checked={!hidden.has(severity)} onChange={() => toggle(severity)} disabled={counts[severity] === 0}>
            {t(label)} {counts[severity]}
          </Chip>
        ))}
      </Group>
      {rows.length === 0 && <PaneNotice>{t("filtered")}</PaneNotice>}
      <ul className={classes.list} aria-label={t("list")}>
        {rows.slice(0, shown).map((finding) => {
          const { line, column } = places(finding) ?? {};
          return <Problem key={finding.id} finding={finding} line={line} column={column} />;
        })}
      </ul>
      {rows.length > shown && (
        <Button variant="subtle" onClick={() => setShown(shown + PAGE)}>
          {t("more", { count: rows.length - shown })}
        </Button>
      )}
    </div>
  );
}

/** A row; `line` and `column` are absent where the finding's file has no text. */
const Problem = memo(function Problem({ finding, line, column }: { finding: Diagnostic; line: number | undefined; column: number | undefined }) {
  const t = useMessages(problemMessages);
  const app = useApp();
  const focused = useStore(app.selection, (state) => state.focus?.diagnostic === finding.id);
  const applyFix = useApplyFix();
  const { fix } = finding;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (focused) row.current?.scrollIntoView({ block: "nearest" });
  }, [focused]);
  return (
    <li ref={row} className={classes.problem} data-focused={focused} data-testid={`problem-${finding.id}`} data-code={finding.code}>
      <UnstyledButton className={classes.finding} onClick={() => goToFinding(finding, app)}>
        <SeverityGlyph severity={finding.severity} label={t(finding.severity)} />
        <span className={classes.words}>
          <span className={classes.message}>{finding.message}</span>
          {finding.first && <span className={classes.first}>{t("first")}</span>}
          {finding.hint !== undefined && <span className={classes.hint}>{finding.hint}</span>}
          <span className={classes.where}>
            {finding.file}
            {line !== undefined && `:${line}:${column}`} <span className={classes.code}>{finding.code}</span> <span className={classes.stage}>{t(finding.stage)}</span>
          </span>
        </span>
      </UnstyledButton>
      {fix !== undefined && (
        <Button variant="light" size="compact-xs" className={classes.fix} onClick={() => applyFix(finding.id)} title={fix.title}>
          <span className={classes.fixTitle}>
            {t("fix")}: {fix.title}
          </span>
        </Button>
      )}
    </li>
  );
});
