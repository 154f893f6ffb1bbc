import { Text } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { useStore } from "zustand";
import { browserName } from "../../state/browser-name.ts";
import type { SweepingStore } from "../../state/sweeping.ts";
import { useApp } from "../../ui/app-context.ts";
import { loadSweepMessages } from "../../ui/catalogue/load-sweep.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { MeasuringControls, MeasuringProgress } from "../../ui/measuring-controls.tsx";
import type { Choice } from "./wished.ts";
import { sideText } from "./words.ts";

interface ControlsProps {
  readonly sweeping: SweepingStore;
  readonly model: string;
  readonly choice: Choice;
  /** Inputs that are not there. */
  readonly missing: readonly string[];
}

/** Starts and ends a sweep, says what stands against it, and how far it is. */
export function Controls({ sweeping, model, choice: { protocol }, missing }: ControlsProps) {
  const { session, servers } = useApp();
  const t = useMessages(loadSweepMessages);
  const status = useStore(sweeping, (state) => state.status);
  const error = useStore(sweeping, (state) => state.error);
  const { here, without } = useStore(sweeping, (state) => state.wishes);
  const chosen = useStore(servers, (state) => state.servers).map(({ id }) => id).filter((id) => !without.includes(id));
  const taken = useStore(session, ({ run, occupied }) => occupied || run.status === "preparing" || run.status === "running" || run.status === "cancelling");
  const start = (): void => {
    if (protocol !== null) void sweeping.start({ model, here, servers: chosen, protocol, browser: browserName(navigator.userAgent) });
  };
  return (
    <MeasuringControls
      start={{ label: status === "idle" ? t("start") : t("again"), icon: <IconActivity size={16} />, possible: protocol !== null, run: start }}
      cancel={() => sweeping.cancel()}
      status={status}
      said={status === "idle" || status === "failed" ? "" : t(status)}
      progress={<HowFar sweeping={sweeping} />}
      missing={missing}
      against={!here && chosen.length === 0 ? t("needsSides") : taken ? t("busy") : null}
      error={error}
      failed={t("failed")}
      testIds={{ start: "sweep", cancel: "cancel-sweep", status: "sweep-status" }}
    />
  );
}

/** Which level is on. */
function HowFar({ sweeping }: { readonly sweeping: SweepingStore }) {
  const t = useMessages(loadSweepMessages);
  const progress = useStore(sweeping, (state) => state.progress);
  if (progress === null) return <Text size="xs" c="dimmed">{t("preparing")}</Text>;
  const { side, batch, concurrency, warmup, done, of, fraction } = progress;
  const text = t(warmup ? "progressWarmup" : "progress", { side: sideText(side, t), batch, concurrency, done, of });
  return <MeasuringProgress text={text} fraction={fraction} label={t("running")} testId="sweep-progress" />;
}
