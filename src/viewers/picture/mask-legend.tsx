import { Slider } from "@mantine/core";
import { pictureViewerMessages } from "../../ui/catalogue/picture-viewer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { LabelAmount, LabelList, LabelRow } from "../label-row.tsx";
import { shareText, type MaskLabel } from "./mask-labels.ts";
import classes from "./picture-viewer.module.css";

interface MaskLegendProps {
  readonly name: string;
  readonly labels: readonly MaskLabel[];
  /** 0…1. */
  readonly opacity: number;
  onLabels(labels: readonly MaskLabel[]): void;
  onOpacity(opacity: number): void;
}

/** The labels of a mask: colour, name, share of the area, whether shown; and how opaque they are. */
export function MaskLegend({ name, labels, opacity, onLabels, onOpacity }: MaskLegendProps) {
  const t = useMessages(pictureViewerMessages);
  const toggle = (value: number, visible: boolean) => onLabels(labels.map((label) => (label.value === value ? { ...label, visible } : label)));
  return (
    <>
      <div className={classes.opacity}>
        <span aria-hidden="true">{t("opacity")}</span>
        <Slider
          className={classes.slider}
          size="xs"
          min={0}
          max={100}
          value={Math.round(opacity * 100)}
          label={(percent) => `${percent} %`}
          thumbLabel={t("opacityOf", { name })}
          onChange={(percent) => onOpacity(percent / 100)}
        />
      </div>
      <LabelList>
        {labels.map(({ value, name: own, share, color, visible }) => {
          const label = own ?? t("label", { value });
          return (
            <LabelRow key={value} label={label} color={color} visible={visible} showText={t("show", { label })} testId={`mask-label-${value}`} onVisible={(next) => toggle(value, next)}>
              <LabelAmount>{shareText(share)}</LabelAmount>
            </LabelRow>
          );
        })}
      </LabelList>
    </>
  );
}
