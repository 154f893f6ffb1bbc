import { useStore } from "zustand";
import { Modal } from "@mantine/core";
import { useApp } from "../../ui/app-context.ts";
import { reportMessages, reasonMessages } from "../../ui/catalogue/report.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { formatBytes } from "../../ui/format.ts";
import classes from "./dialogs.module.css";

/** What was found, skipped and why when the open repository was opened. */
export function ReportDialog() {
  const t = useMessages(reportMessages);
  const reason = useMessages(reasonMessages);
  const shell = useMessages(shellMessages);
  const { panes, workspace } = useApp();
  const opened = useStore(panes, (state) => state.dialog === "report");
  const report = useStore(workspace, (state) => state.report);
  return (
    <Modal opened={opened} onClose={() => panes.getState().showDialog(null)} title={t("title")} size="lg" closeButtonProps={{ "aria-label": shell("close") }}>
      {report !== null && (
        <>
          <p className={classes.summary}>
            {t("taken", { count: report.files, bytes: formatBytes(report.bytes) })}
            {report.root !== "" && ` ${t("root", { root: report.root })}`}
          </p>
          {report.entries.length === 0 ? (
            <p className={classes.summary}>{t("nothingLeftOut")}</p>
          ) : (
            <table className={classes.table} data-testid="open-report">
              <tbody>
                {report.entries.map((entry) => (
                  <tr key={`${entry.path} ${entry.reason}`}>
                    <th scope="row" className={classes.path}>
                      {entry.path}
                      {entry.to !== undefined && ` → ${entry.to}`}
                    </th>
                    <td>{t(entry.outcome)}</td>
                    <td className={classes.reason}>{reason(entry.reason)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {report.more > 0 && <p className={classes.summary}>{t("more", { count: report.more })}</p>}
        </>
      )}
    </Modal>
  );
}
