import type { ReactNode } from "react";
import classes from "./pane-notice.module.css";

/** What a pane shows when it has nothing to show: one sentence and at most one action. */
export function PaneNotice({ icon, children, action }: { icon?: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.notice}>
      {icon !== undefined && <div className={classes.icon} aria-hidden="true">{icon}</div>}
      <p className={classes.sentence}>{children}</p>
      {action}
    </div>
  );
}
