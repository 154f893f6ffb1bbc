import { lazy, Suspense, useState } from "react";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";

// Neither is there before it was asked for.
const ShortcutSheet = lazy(() => import("./shortcut-sheet.tsx").then(({ ShortcutSheet }) => ({ default: ShortcutSheet })));
const ReportDialog = lazy(() => import("./report-dialog.tsx").then(({ ReportDialog }) => ({ default: ReportDialog })));

/** The window's dialogs. Each stays once it was opened, so that it can close as it came. */
export function Dialogs() {
  const { panes } = useApp();
  const dialog = useStore(panes, (state) => state.dialog);
  const [seen, setSeen] = useState<readonly string[]>([]);
  if (dialog !== null && !seen.includes(dialog)) setSeen([...seen, dialog]);
  return (
    <Suspense fallback={null}>
      {seen.includes("shortcuts") && <ShortcutSheet />}
      {seen.includes("report") && <ReportDialog />}
    </Suspense>
  );
}
