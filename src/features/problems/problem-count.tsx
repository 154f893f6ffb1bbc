import { problemMessages } from "../../ui/catalogue/problems.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { countBySeverity } from "./locate.ts";
import { useDiagnostics } from "../../ui/open-model.ts";
import classes from "./problems.module.css";

/** The number of errors and warnings, for the tab's name; nothing where there are none. */
export function ProblemCount() {
  const t = useMessages(problemMessages);
  const { error, warning } = countBySeverity(useDiagnostics());
  if (error + warning === 0) return null;
  return (
    <span className={classes.count} data-severity={error > 0 ? "error" : "warning"} role="img" aria-label={t("count", { errors: error, warnings: warning })} data-testid="problem-count">
      {error + warning}
    </span>
  );
}
