import { useEffect, useRef, type CSSProperties, type KeyboardEvent, type PointerEvent } from "react";
import type { SlicePicture } from "./slice.ts";
import classes from "./raw-viewer.module.css";

interface SliceCanvasProps {
  readonly picture: SlicePicture;
  /** Elements along either side. */
  readonly rows: number;
  readonly columns: number;
  /** Row and column of the element that is looked at. */
  readonly at: readonly [number, number];
  readonly label: string;
  onKeyDown(event: KeyboardEvent): void;
  /** The pointer is over another element. */
  onPoint(row: number, column: number): void;
}

/** A slice, one element a square, with a frame around the element that is looked at. */
export function SliceCanvas({ picture, rows, columns, at, label, onKeyDown, onPoint }: SliceCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, pixels } = picture;
  useEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [pixels, width, height]);
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    if (row !== at[0] || column !== at[1]) onPoint(row, column);
  };
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return (
    <div className={classes.frame} style={{ "--ratio": columns / rows } as CSSProperties}>
      <div
        className={classes.sheet}
        role="application"
        // Keys move over the elements, so the picture takes the focus.
        tabIndex={0}
        aria-label={label}
        data-testid="slice-picture"
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerDown={onPointerMove}
      >
        <canvas ref={canvas} className={classes.canvas} width={width} height={height} />
        <span
          className={classes.cursor}
          aria-hidden="true"
          style={{ top: percent(at[0], rows), left: percent(at[1], columns), height: percent(1, rows), width: percent(1, columns) }}
        />
      </div>
    </div>
  );
}
