import { Button } from "@mantine/core";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { useApp } from "../../ui/app-context.ts";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useApplyFix } from "../../ui/open-model.ts";
import { SeverityGlyph } from "../../ui/severity-mark.tsx";
import { Part } from "./facts.tsx";
import classes from "./inspector.module.css";

/** The findings of what is inspected; a click leads to the text, a fix is applied. */
export function FindingList({ findings }: { findings: readonly Diagnostic[] }) {
  const t = useMessages(inspectorMessages);
  const { selection } = useApp();
  const applyFix = useApplyFix();
  if (findings.length === 0) return null;
  return (
    <Part title={t("findings")}>
      <ul className={classes.findings}>
        {findings.map(({ id, severity, message, hint, fix }) => (
          <li key={id} data-severity={severity}>
            <button type="button" className={classes.finding} onClick={() => selection.getState().focusDiagnostic(id)}>
              <SeverityGlyph severity={severity} label={severity} />
              <span>
                {message}
                {hint !== undefined && <span className={classes.hint}>{hint}</span>}
              </span>
            </button>
            {fix !== undefined && (
              <Button size="compact-xs" variant="light" className={classes.fix} onClick={() => applyFix(id)}>
                {fix.title}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Part>
  );
}
