import { ActionIcon, Slider } from "@mantine/core";
import { IconCurrentLocation } from "@tabler/icons-react";
import { useMessages } from "../../ui/catalogue/section.ts";
import { volumeViewerMessages } from "../../ui/catalogue/volume-viewer.messages.ts";
import { LabelAmount, LabelList, LabelRow } from "../label-row.tsx";
import type { LabelAppearance, LabelVolume } from "./label-volume.ts";
import classes from "./volume-viewer.module.css";

interface LegendProps {
  readonly overlays: readonly LabelVolume[];
  readonly appearance: readonly LabelAppearance[];
  /** Names of tensors that hold no labels. */
  readonly refused: readonly string[];
  onChange(appearance: readonly LabelAppearance[]): void;
  onGoTo(mm: readonly [number, number, number]): void;
}

/** Labels of every label volume: colour, name, size, whether shown; opacity of each volume. */
export function Legend({ overlays, appearance, refused, onChange, onGoTo }: LegendProps) {
  const t = useMessages(volumeViewerMessages);
  if (overlays.length + refused.length === 0) return null;
  return (
    <aside className={classes.legend} aria-label={t("legend")}>
      {overlays.map((overlay, index) => (
        <LabelGroup
          key={overlay.name}
          overlay={overlay}
          look={appearance[index] as LabelAppearance}
          onChange={(look) => onChange(appearance.with(index, look))}
          onGoTo={onGoTo}
        />
      ))}
      {refused.map((volume) => (
        <p key={volume} className={classes.note}>{t("notLabels", { volume })}</p>
      ))}
    </aside>
  );
}

interface LabelGroupProps {
  readonly overlay: LabelVolume;
  readonly look: LabelAppearance;
  onChange(look: LabelAppearance): void;
  onGoTo(mm: readonly [number, number, number]): void;
}

function LabelGroup({ overlay: { name: volume, statistics, nameOf }, look, onChange, onGoTo }: LabelGroupProps) {
  const t = useMessages(volumeViewerMessages);
  const toggle = (value: number, visible: boolean) =>
    onChange({ ...look, labels: look.labels.map((label) => (label.value === value ? { ...label, visible } : label)) });
  return (
    <div className={classes.group} role="group" aria-label={volume}>
      <div className={classes.heading}>
        <span className={classes.tensor}>{volume}</span>
        <Slider
          className={classes.slider}
          size="xs"
          min={0}
          max={100}
          value={Math.round(look.opacity * 100)}
          label={(percent) => `${percent} %`}
          thumbLabel={t("opacity", { volume })}
          onChange={(percent) => onChange({ ...look, opacity: percent / 100 })}
        />
      </div>
      {statistics.length === 0 && <p className={classes.note}>{t("noLabels")}</p>}
      <LabelList>
        {statistics.map(({ value, voxels, millilitres, centroid }, index) => {
          const label = nameOf(value) ?? t("label", { value });
          const { color, visible } = look.labels[index] ?? { color: [0, 0, 0], visible: true };
          return (
            <LabelRow
              key={value}
              label={label}
              color={color}
              visible={visible}
              showText={t("show", { label, volume })}
              testId={`label-${volume}-${value}`}
              onVisible={(next) => toggle(value, next)}
            >
              <LabelAmount title={t("voxels", { count: voxels })}>
                {t("millilitres", { amount: millilitres < 10 ? millilitres.toFixed(2) : millilitres.toFixed(1) })}
              </LabelAmount>
              <ActionIcon size="sm" aria-label={t("goTo", { label, volume })} onClick={() => onGoTo(centroid)}>
                <IconCurrentLocation size={14} />
              </ActionIcon>
            </LabelRow>
          );
        })}
      </LabelList>
    </div>
  );
}
