import { Text } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useStore } from "zustand";
import { browserName } from "../../state/browser-name.ts";
import { comparingOf } from "../../state/comparing.ts";
import { useApp } from "../../ui/app-context.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { MeasuringControls, MeasuringProgress } from "../../ui/measuring-controls.tsx";
import type { Choice } from "./wished.ts";

/** Starts and ends a comparison, says what stands against it, and how far it is. */
export function Controls({ model, choice, missing }: { readonly model: string; readonly choice: Choice; readonly missing: readonly string[] }) {
  const { session } = useApp();
  const comparing = comparingOf(session);
  const t = useMessages(placementsMessages);
  const status = useStore(comparing, (state) => state.status);
  const error = useStore(comparing, (state) => state.error);
  const runs = useStore(session, ({ run }) => run.status === "preparing" || run.status === "running" || run.status === "cancelling");
  const { chosen, protocol } = choice;
  const start = (): void => {
    if (protocol !== null) void comparing.start({ model, sets: chosen, protocol, browser: browserName(navigator.userAgent) });
  };
  return (
    <MeasuringControls
      start={{ label: status === "idle" ? t("compare") : t("compareAgain"), icon: <IconScale size={16} />, possible: protocol !== null, run: start }}
      cancel={() => comparing.cancel()}
      status={status}
      said={status === "running" ? t("comparing") : status === "idle" || status === "failed" ? "" : t(status)}
      progress={<HowFar />}
      missing={missing}
      against={chosen.length === 0 ? t("needsSets") : runs ? t("running") : null}
      error={error}
      failed={t("failed")}
      testIds={{ start: "compare", cancel: "cancel-comparison", status: "comparison-status" }}
    />
  );
}

/** Which run is on. */
function HowFar() {
  const comparing = comparingOf(useApp().session);
  const t = useMessages(placementsMessages);
  const progress = useStore(comparing, (state) => state.progress);
  if (progress === null) return <Text size="xs" c="dimmed">{t("preparing")}</Text>;
  const { set, batch, warmup, run, of, fraction } = progress;
  return <MeasuringProgress text={t(warmup ? "progressWarmup" : "progress", { set, batch, run, of })} fraction={fraction} label={t("comparing")} testId="comparison-progress" />;
}
