import { useMemo, useState } from "react";
import { pictureViewerMessages } from "../../ui/catalogue/picture-viewer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { numberText } from "../element-values.ts";
import { canvasSize, type Drawing } from "./drawing.ts";
import { PictureStage, type Place } from "./picture-stage.tsx";
import { pixelColor } from "./pixel-color.ts";
import classes from "./picture-viewer.module.css";

/** A picture by itself, with the colour under the pointer. */
export function PlainPicture({ name, drawing }: { name: string; drawing: Drawing }) {
  const t = useMessages(pictureViewerMessages);
  const [at, setAt] = useState<Place>({ x: 0, y: 0 });
  const grid = useMemo(() => canvasSize(drawing), [drawing]);
  const { width, height, contrast, type } = drawing;
  const color = useMemo(() => pixelColor(drawing, grid, at), [drawing, grid, at]);
  return (
    <PictureStage grid={grid} drawing={drawing} at={at} label={t("picture", { name })} onAt={setAt}>
      <p className={classes.readout} data-testid="picture-readout">
        <span className={classes.place}>{t("place", { x: Math.floor((at.x * width) / grid.width), y: Math.floor((at.y * height) / grid.height) })}</span>
        {color !== undefined && <><span className={classes.swatch} style={{ backgroundColor: `rgb(${color.join(" ")})` }} aria-hidden="true" />{t("color", { red: color[0], green: color[1], blue: color[2] })}</>}
      </p>
      <p className={classes.note} data-testid="picture-note">
        {type === undefined ? t("size", { width, height }) : t("sizeOf", { width, height, type: type.replace("image/", "").toUpperCase() })}{" "}
        {contrast !== null && t("contrast", { low: numberText(contrast.low), high: numberText(contrast.high) })}
      </p>
    </PictureStage>
  );
}
