import { NumberInput, SegmentedControl } from "@mantine/core";
import type { TensorSummary } from "../../runtime/protocol.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { volumeViewerMessages } from "../../ui/catalogue/volume-viewer.messages.ts";
import { automaticWindow, presetOf, WINDOW_PRESETS, type Window, type WindowPreset } from "./window-presets.ts";
import classes from "./volume-viewer.module.css";

const PRESETS = Object.keys(WINDOW_PRESETS) as WindowPreset[];

/** Presets and bounds of the display window. */
export function WindowControls({ summary, window, onChange }: { summary: TensorSummary; window: Window; onChange(window: Window): void }) {
  const t = useMessages(volumeViewerMessages);
  const automatic = automaticWindow(summary);
  const chosen = presetOf(window) ?? (window.low === automatic.low && window.high === automatic.high ? "automatic" : "");
  const digits = { decimalScale: window.high - window.low > 20 ? 0 : 3, step: Math.max((window.high - window.low) / 40, 0.001) };
  return (
    <fieldset className={classes.window}>
      <legend className={classes.hidden}>{t("window")}</legend>
      <SegmentedControl
        aria-label={t("window")}
        data={[{ value: "automatic", label: t("automatic") }, ...PRESETS.map((value) => ({ value, label: t(value) }))]}
        value={chosen}
        onChange={(next) => onChange(next === "automatic" ? automatic : WINDOW_PRESETS[next as WindowPreset])}
      />
      <div className={classes.bounds}>
        <NumberInput
          {...digits}
          aria-label={t("low")}
          title={t("low")}
          className={classes.bound}
          value={window.low}
          onChange={(low) => typeof low === "number" && low < window.high && onChange({ ...window, low })}
        />
        <NumberInput
          {...digits}
          aria-label={t("high")}
          title={t("high")}
          className={classes.bound}
          value={window.high}
          onChange={(high) => typeof high === "number" && high > window.low && onChange({ ...window, high })}
        />
      </div>
    </fieldset>
  );
}
