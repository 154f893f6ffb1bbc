import { useMemo, useState, type KeyboardEvent } from "react";
import { Select } from "@mantine/core";
import type { TensorData } from "../../tensor/data-type.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { rawViewerMessages } from "../../ui/catalogue/raw-viewer.messages.ts";
import { numberReader } from "../element-values.ts";
import type { ViewedTensor } from "../viewer.ts";
import { AxisIndex } from "./axis-index.tsx";
import { NumberTable } from "./number-table.tsx";
import { SliceCanvas } from "./slice-canvas.tsx";
import { drawSlice, firstView, throughAxis, withAxis, withIndex, type SliceView } from "./slice.ts";
import classes from "./raw-viewer.module.css";

/** Two axes of a tensor as a grey picture, with the numbers around the element that is looked at. */
export function SliceBrowser({ tensor, data }: { tensor: ViewedTensor; data: TensorData }) {
  const t = useMessages(rawViewerMessages);
  const { dataType, shape, min, max } = tensor.summary;
  const [view, setView] = useState(() => firstView(shape));
  const read = useMemo(() => numberReader(dataType, data), [dataType, data]);
  const { rows, columns, index } = view;
  // Where the looked-at element is on the slice does not change the slice.
  const slice = JSON.stringify({ rows, columns, index: index.with(rows, 0).with(columns, 0) } satisfies SliceView);
  const picture = useMemo(
    () => drawSlice(read, shape, JSON.parse(slice) as SliceView, min ?? 0, max ?? 1),
    [read, shape, slice, min, max],
  );
  const move = (axis: number, by: number) => setView(withIndex(view, shape, axis, (index[axis] as number) + by));
  const onKeyDown = (event: KeyboardEvent) => {
    const through = throughAxis(view, shape);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move(columns, -1),
      ArrowRight: () => move(columns, 1),
      ArrowUp: () => move(rows, -1),
      ArrowDown: () => move(rows, 1),
      PageUp: () => through !== undefined && move(through, 1),
      PageDown: () => through !== undefined && move(through, -1),
    };
    if (moves[event.key] === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[event.key]?.();
  };
  const axes = shape.map((size, axis) => ({ value: String(axis), label: t("axis", { axis, size }) }));
  return (
    <div className={classes.browser} role="group" aria-label={t("slice")}>
      <div className={classes.axes}>
        {(["rows", "columns"] as const).map((side) => (
          <Select
            key={side}
            label={t(side)}
            data={axes}
            value={String(view[side])}
            allowDeselect={false}
            className={classes.axis}
            onChange={(axis) => axis !== null && setView(withAxis(view, side, Number(axis)))}
          />
        ))}
        {shape.map((size, axis) => (
          axis !== rows && axis !== columns && size > 1 && (
            <AxisIndex
              key={axis}
              label={t("index", { axis })}
              size={size}
              value={index[axis] as number}
              onChange={(at) => setView(withIndex(view, shape, axis, at))}
            />
          )
        ))}
      </div>
      <div className={classes.pictureAndTable}>
        <SliceCanvas
          picture={picture}
          rows={shape[rows] as number}
          columns={shape[columns] as number}
          at={[index[rows] as number, index[columns] as number]}
          label={t("picture", { name: tensor.name })}
          onKeyDown={onKeyDown}
          onPoint={(row, column) => setView(withIndex(withIndex(view, shape, rows, row), shape, columns, column))}
        />
        <NumberTable dataType={dataType} data={data} shape={shape} view={view} />
      </div>
    </div>
  );
}
