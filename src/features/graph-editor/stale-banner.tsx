import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import classes from "./graph-editor.module.css";

/** Says that the graph is an older one than the text, and leads to what stops the text from being read. */
export function StaleBanner({ model }: { model: OpenModel }) {
  const t = useMessages(graphEditorMessages);
  const { selection } = useApp();
  const first = model.view.parsed?.diagnostics.find(({ severity }) => severity === "error");
  return (
    <div className={classes.stale} role="status" data-testid="graph-stale">
      <IconAlertTriangle size={16} aria-hidden="true" />
      <span>{t("stale")}</span>
      {first !== undefined && (
        <Button variant="default" size="compact-xs" onClick={() => selection.getState().focusDiagnostic(first.id)}>{t("showError")}</Button>
      )}
    </div>
  );
}
