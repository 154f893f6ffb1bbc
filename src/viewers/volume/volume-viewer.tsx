import { useComputedColorScheme, SegmentedControl } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";
import type { TensorSummary } from "../../runtime/protocol.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { volumeViewerMessages } from "../../ui/catalogue/volume-viewer.messages.ts";
import { CrosshairReadout } from "./crosshair-readout.tsx";
import { crosshairStep } from "./crosshair-step.ts";
import { firstAppearance, statisticsAttributes, type LabelAppearance, type LabelVolume } from "./label-volume.ts";
import { Legend } from "./legend.tsx";
import { useVolumeStage } from "./use-volume-stage.ts";
import type { StageLayout, StageLocation, StageVolume } from "./volume-stage.ts";
import { WindowControls } from "./window-controls.tsx";
import { firstWindow } from "./window-presets.ts";
import classes from "./volume-viewer.module.css";

/** What the volume viewer draws. */
export interface VolumeViewerProps {
  /** Intensities on their own grid. */
  readonly base: StageVolume & { readonly summary: TensorSummary };
  /** Label volumes, each on a grid of its own, drawn over the base in this order; legend and data attributes speak of the first one first. */
  readonly overlays: readonly LabelVolume[];
  /** Names of tensors that were to be drawn over it and hold no labels. */
  readonly refused?: readonly string[];
}

const LAYOUTS: readonly StageLayout[] = ["axial", "coronal", "sagittal", "multi", "render"];
const BACKGROUNDS = { light: [0.953, 0.961, 0.965], dark: [0.055, 0.067, 0.075] } as const;

/**
 * A volume in three planes and 3-D with label volumes over it. The element carries, for the first label volume, `data-label-<n>-centroid`
 * (RAS mm) and `data-label-<n>-ml`, and `data-drawn` once the picture is there.
 */
export function VolumeViewer({ base, overlays, refused = [] }: VolumeViewerProps) {
  const t = useMessages(volumeViewerMessages);
  const [layout, setLayout] = useState<StageLayout>("multi");
  const [window, setWindow] = useState(() => firstWindow(base.summary));
  const [location, setLocation] = useState<StageLocation | null>(null);
  const [looks, setLooks] = useState(() => ({ of: overlays, appearance: firstAppearance(overlays) }));
  if (looks.of !== overlays) setLooks({ of: overlays, appearance: firstAppearance(overlays) });
  const { appearance } = looks;
  const setAppearance = (next: readonly LabelAppearance[]) => setLooks({ of: overlays, appearance: next });
  const background = BACKGROUNDS[useComputedColorScheme("light")];
  const { host, stage, drawn, failure } = useVolumeStage({ base, overlays, window, appearance, layout, background }, { onLocation: setLocation, onWindow: setWindow });

  const onKeyDown = (event: KeyboardEvent) => {
    // The library's own keys end here, known to the viewer or not.
    event.stopPropagation();
    const step = crosshairStep(layout, event.key);
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    stage?.moveCrosshair(...step);
  };

  return (
    <section
      className={classes.viewer}
      data-testid="volume-viewer"
      data-drawn={drawn || undefined}
      {...statisticsAttributes(overlays[0]?.statistics ?? [])}
    >
      <div className={classes.toolbar}>
        <SegmentedControl
          aria-label={t("layout")}
          data={LAYOUTS.map((value) => ({ value, label: t(value) }))}
          value={layout}
          onChange={(next) => setLayout(next as StageLayout)}
        />
        <WindowControls summary={base.summary} window={window} onChange={setWindow} />
      </div>
      <div className={classes.body}>
        <div className={classes.picture}>
          {failure === null ? (
            <div
              ref={host}
              className={classes.host}
              data-testid="volume-picture"
              role="application"
              // The crosshair is moved by keys, so the picture takes the focus.
              tabIndex={0}
              aria-label={t("picture", { name: base.name })}
              onKeyDownCapture={onKeyDown}
            />
          ) : (
            <p className={classes.failure} role="alert">
              {failure.includes("webgl2") || failure.includes("WebGL") ? t("noWebGl") : t("failed", { reason: failure })}
            </p>
          )}
          <CrosshairReadout location={location} overlays={overlays} />
        </div>
        <Legend overlays={overlays} appearance={appearance} refused={refused} onChange={setAppearance} onGoTo={(mm) => stage?.lookAt(mm)} />
      </div>
    </section>
  );
}
