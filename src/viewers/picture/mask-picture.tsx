import { Select } from "@mantine/core";
import { useMemo, useState } from "react";
import type { LabelMask } from "../../tensor/label-mask.ts";
import { pictureViewerMessages } from "../../ui/catalogue/picture-viewer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { numberText } from "../element-values.ts";
import { useLoaded } from "../use-loaded.ts";
import type { ViewedTensor } from "../viewer.ts";
import { loadDrawing } from "./drawing.ts";
import { maskLabels, maskPixels } from "./mask-labels.ts";
import { MaskLegend } from "./mask-legend.tsx";
import { PictureStage, type Place } from "./picture-stage.tsx";
import { backgroundItem, backgroundsOf, differsInAspect, sceneOf } from "./picture-scene.ts";
import classes from "./picture-viewer.module.css";

interface MaskPictureProps {
  readonly tensor: ViewedTensor;
  readonly companions: readonly ViewedTensor[];
  readonly mask: LabelMask;
  readonly item: number;
  /** Whether the labels are those of the largest scores. */
  readonly argmax: boolean;
}

/** A label mask over a picture of the run, with a legend. The element carries `data-label-<n>-share` for what a script reads off it. */
export function MaskPicture({ tensor, companions, mask, item, argmax }: MaskPictureProps) {
  const t = useMessages(pictureViewerMessages);
  const backgrounds = useMemo(() => backgroundsOf(tensor, companions), [tensor, companions]);
  const [chosen, setChosen] = useState(backgrounds[0]?.name ?? "");
  const [labels, setLabels] = useState(() => maskLabels(mask, tensor.labels));
  const [opacity, setOpacity] = useState(0.5);
  const [at, setAt] = useState<Place>({ x: Math.floor(mask.width / 2), y: Math.floor(mask.height / 2) });
  const overlay = useMemo(() => maskPixels(mask, labels), [mask, labels]);
  const question = useMemo(() => ({ background: backgrounds.find(({ name }) => name === chosen), item }), [backgrounds, chosen, item]);
  const loaded = useLoaded(question, async ({ background, item }) => {
    const scene = background && sceneOf(background);
    const which = scene && backgroundItem(scene.items, item);
    return background === undefined || scene === undefined || which === undefined ? null : loadDrawing(background, scene, which);
  });
  const drawing = loaded.status === "ready" ? loaded.value : null;

  const value = mask.labels[at.y * mask.width + at.x] as number;
  const name = labels.find((label) => label.value === value)?.name;
  const shares = Object.fromEntries(labels.slice(0, 16).map(({ value, share }) => [`data-label-${value}-share`, share.toFixed(4)]));
  const sizeOf = ({ width, height }: { width: number; height: number }) => `${width} × ${height}`;
  return (
    <div className={classes.body} {...shares} data-drawn={loaded.status !== "loading" || undefined}>
      <PictureStage grid={mask} drawing={drawing} overlay={overlay} opacity={opacity} at={at} label={t("mask", { name: tensor.name })} onAt={setAt}>
        <p className={classes.readout} data-testid="picture-readout">
          <span className={classes.place}>{t("place", { x: at.x, y: at.y })}</span>
          <strong>{value}</strong> {name}
        </p>
      </PictureStage>
      <aside className={classes.legend} aria-label={t("legend")}>
        <Select
          size="xs"
          label={t("under")}
          data={[...backgrounds.map(({ name }) => ({ value: name, label: name })), { value: "", label: t("nothing") }]}
          value={chosen}
          allowDeselect={false}
          onChange={(next) => setChosen(next ?? "")}
        />
        <p className={classes.note} data-testid="picture-note">
          {argmax ? t("argmax", { size: sizeOf(mask) }) : t("size", { width: mask.width, height: mask.height })}
          {drawing !== null && differsInAspect(drawing, mask) && ` ${t("aspect", { picture: sizeOf(drawing), mask: sizeOf(mask) })}`}
          {drawing?.contrast != null && ` ${t("contrast", { low: numberText(drawing.contrast.low), high: numberText(drawing.contrast.high) })}`}
          {loaded.status === "failed" && ` ${t("failed", { reason: loaded.reason })}`}
          {loaded.status === "ready" && question.background !== undefined && drawing === null && ` ${t("noItem", { name: question.background.name, item })}`}
        </p>
        <MaskLegend name={tensor.name} labels={labels} opacity={opacity} onLabels={setLabels} onOpacity={setOpacity} />
      </aside>
    </div>
  );
}
