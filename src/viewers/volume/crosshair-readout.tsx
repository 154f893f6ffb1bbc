import { useMessages } from "../../ui/catalogue/section.ts";
import { volumeViewerMessages } from "../../ui/catalogue/volume-viewer.messages.ts";
import { numberText } from "../element-values.ts";
import type { LabelVolume } from "./label-volume.ts";
import type { StageLocation } from "./volume-stage.ts";
import classes from "./volume-viewer.module.css";

/** Where the crosshair is in RAS millimetres, and what each volume holds there. */
export function CrosshairReadout({ location, overlays }: { location: StageLocation | null; overlays: readonly LabelVolume[] }) {
  const t = useMessages(volumeViewerMessages);
  const label = ({ labelAt, nameOf }: LabelVolume): string => {
    const value = location === null ? undefined : labelAt(location.mm);
    if (value === undefined) return t("outside");
    const name = nameOf(value);
    return name === undefined ? String(value) : `${value} ${name}`;
  };
  return (
    <dl className={classes.readout} data-testid="volume-location" data-mm={location?.mm.map((mm) => mm.toFixed(2)).join(",")}>
      <dt>{t("crosshair")}</dt>
      <dd>
        {["R", "A", "S"].map((axis, index) => (
          <span key={axis} className={classes.coordinate}>
            {axis} {location === null ? "–" : location.mm[index].toFixed(1).replace("-", "−")}
          </span>
        ))}
        mm
      </dd>
      <dt>{t("value")}</dt>
      <dd className={classes.value}>{location === null ? "–" : numberText(location.value)}</dd>
      {overlays.map((overlay) => (
        <div key={overlay.name} className={classes.pair}>
          <dt className={classes.tensor}>{overlay.name}</dt>
          <dd>{label(overlay)}</dd>
        </div>
      ))}
    </dl>
  );
}
