import { Select } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useStore } from "zustand";
import { browserName } from "../../state/browser-name.ts";
import type { V2Server } from "../../state/servers.ts";
import { useApp } from "../../ui/app-context.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { MeasuringControls, MeasuringProgress } from "../../ui/measuring-controls.tsx";
import { labelsOf } from "../../viewers/label-names.ts";
import { useRemoteComparing } from "./use-remote-comparing.ts";

interface ControlsProps {
  readonly model: string;
  /** The chosen one; undefined where none is connected. */
  readonly server: V2Server | undefined;
  readonly servers: readonly V2Server[];
  /** Inputs without a tensor. */
  readonly missing: readonly string[];
}

/** Chooses the server, starts and ends a comparison, says what stands against it, and how far it is. */
export function Controls({ model, server, servers, missing }: ControlsProps) {
  const app = useApp();
  const { session } = app;
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const status = useStore(comparing, (state) => state.status);
  const error = useStore(comparing, (state) => state.error);
  const runs = useStore(session, ({ run, occupied }) => occupied || run.status === "preparing" || run.status === "running" || run.status === "cancelling");
  const named = (output: string): number => labelsOf(app, model, output)?.length ?? 0;
  const start = (): void => {
    if (server !== undefined) void comparing.start({ model, server: server.id, browser: browserName(navigator.userAgent), named });
  };
  return (
    <MeasuringControls
      start={{ label: status === "idle" && server !== undefined ? t("compare", { server: server.name }) : t("compareAgain"), icon: <IconScale size={16} />, possible: true, run: start }}
      cancel={() => comparing.cancel()}
      status={status}
      said={status === "running" ? t("comparing") : status === "idle" || status === "failed" ? "" : t(status)}
      progress={<HowFar server={server?.name ?? ""} />}
      missing={missing}
      against={runs ? t("running") : server === undefined ? t("noServer") : null}
      error={error}
      failed={t("failed")}
      testIds={{ start: "compare-remote", cancel: "cancel-remote", status: "remote-status" }}
    >
      <Select
        label={t("server")}
        data={servers.map(({ id, name }) => ({ value: id, label: name }))}
        value={server?.id ?? null}
        disabled={status === "running" || status === "cancelling"}
        allowDeselect={false}
        onChange={(id) => comparing.wish({ server: id })}
        data-testid="compared-server"
      />
    </MeasuringControls>
  );
}

/** What goes on. */
function HowFar({ server }: { readonly server: string }) {
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const progress = useStore(comparing, (state) => state.progress);
  if (progress === null) return null;
  const { stage, subject, fraction } = progress;
  const text =
    stage === "there" ? t("stageThere", { server }) : stage === "comparing" ? t("stageComparing", { subject: subject ?? "" }) : subject === null ? t("stageHere") : t("stageHereStep", { subject });
  return <MeasuringProgress text={text} fraction={fraction} label={t("comparing")} testId="remote-progress" />;
}
