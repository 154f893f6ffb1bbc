import { Button } from "@mantine/core";
import type { ErrorRecord } from "../../base/errors.ts";
import type { OpenReport } from "../../repositories/source.ts";
import { settings } from "../../state/settings.ts";
import type { Notice } from "../../state/workspace.ts";
import type { App } from "../../ui/app-context.ts";
import { noticeMessages } from "../../ui/catalogue/notices.messages.ts";
import { translator } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { noticed } from "./noticed.ts";

interface Shown {
  title: string;
  detail?: string | undefined;
  action?: { label: string; run(): void };
  tone: "info" | "warning" | "error";
}

/** Tells the user something in passing; errors stay until they are closed. */
export function showNotice(notice: Notice, app: Pick<App, "panes" | "workspace">): void {
  const shown = wording(notice, app);
  if (shown !== undefined) void show(shown);
}

/** Tells that the worker or the device was lost. */
export function showLoss(kind: "worker" | "device", message: string): void {
  const t = translator(noticeMessages, settings.getState().language);
  void show({ title: t(kind === "worker" ? "lossWorker" : "lossDevice"), detail: `${message} ${t("lossDetail")}`, tone: "warning" });
}

async function show({ title, detail, action, tone }: Shown): Promise<void> {
  noticed.setState(true);
  const { notifications } = await import("@mantine/notifications");
  const close = translator(shellMessages, settings.getState().language)("close");
  const id = notifications.show({
    title,
    message: (
      <>
        {detail}
        {action !== undefined && (
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => {
              notifications.hide(id);
              action.run();
            }}
          >
            {action.label}
          </Button>
        )}
      </>
    ),
    color: `var(--conch-${tone})`,
    autoClose: tone === "error" ? false : action === undefined ? 4000 : 10_000,
    role: tone === "error" ? "alert" : "status",
    closeButtonProps: { "aria-label": close },
  });
}

function wording(notice: Notice, { panes, workspace }: Pick<App, "panes" | "workspace">): Shown | undefined {
  const t = translator(noticeMessages, settings.getState().language);
  const details = { label: t("details"), run: () => panes.getState().showDialog("report") };
  switch (notice.kind) {
    case "opened": {
      const { name, models, report } = notice;
      if (report.entries.length === 0) return undefined;
      return { title: t("opened", { name, models }), detail: t("openedDetail", countOutcomes(report)), action: details, tone: "info" };
    }
    case "nothing-found":
      return { title: t("nothingFound"), detail: t("nothingFoundDetail"), tone: "warning" };
    case "restored": {
      const { files, conflicts, damaged } = notice;
      const sentences = [
        ...(files > 0 ? [t("restoredDetail", { count: files })] : []),
        ...(conflicts.length > 0 ? [t("conflicts", { files: conflicts.join(", ") })] : []),
        ...(damaged.length > 0 ? [t("damaged", { files: damaged.join(", ") })] : []),
      ];
      const discard = { label: t("discard"), run: () => workspace.discardEdits() };
      return { title: t("restored"), detail: sentences.join(" "), action: discard, tone: conflicts.length + damaged.length > 0 ? "warning" : "info" };
    }
    case "input-given":
      return { title: t("inputGiven", { files: notice.files.join(", "), input: notice.input }), tone: "info" };
    case "models-added": {
      const { models, renamed, leftOut } = notice;
      const names = [...renamed].map(([from, to]) => t("renamedModel", { from, to }));
      const sentences = [...names, ...(leftOut.length > 0 ? [t("leftOut", { files: leftOut.map(({ path }) => path).slice(0, 5).join(", "), count: leftOut.length })] : [])];
      return { title: t("modelsAdded", { models: models.join(", ") }), detail: sentences.join(" "), tone: sentences.length > 0 ? "warning" : "info" };
    }
    case "saved":
      return { title: t("saved", { count: notice.files }), tone: "info" };
    case "also-open":
      return { title: t("alsoOpen", { name: notice.name }), detail: t("alsoOpenDetail"), tone: "info" };
    case "not-kept":
      return { title: t("notKept"), detail: sentence(notice.error), tone: "warning" };
    case "error":
      return { title: t("error"), detail: sentence(notice.error), tone: "error" };
  }
}

function countOutcomes({ entries, more }: OpenReport): { skipped: number; renamed: number; inputs: number } {
  const count = (outcome: string): number => entries.filter((entry) => entry.outcome === outcome).length;
  return { skipped: count("skipped") + more, renamed: count("renamed"), inputs: count("input") };
}

function sentence({ message, code }: ErrorRecord): string {
  return `${message} (${code})`;
}
