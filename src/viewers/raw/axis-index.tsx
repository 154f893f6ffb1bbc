import { NumberInput, Slider } from "@mantine/core";
import classes from "./raw-viewer.module.css";

/** The index of one axis: a slider, and a field for the exact number. */
export function AxisIndex({ label, size, value, onChange }: { label: string; size: number; value: number; onChange(index: number): void }) {
  return (
    <div className={classes.axisIndex}>
      <span className={classes.axisLabel} aria-hidden="true">{label}</span>
      <Slider size="xs" className={classes.slider} min={0} max={size - 1} value={value} label={null} thumbLabel={label} onChange={onChange} />
      <NumberInput
        className={classes.indexField}
        aria-label={label}
        min={0}
        max={size - 1}
        allowDecimal={false}
        value={value}
        onChange={(next) => typeof next === "number" && onChange(next)}
      />
    </div>
  );
}
