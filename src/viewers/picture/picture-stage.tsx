import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { useElementSize } from "@mantine/hooks";
import { IconMaximize, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { pictureViewerMessages } from "../../ui/catalogue/picture-viewer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { canvasSize, type Drawing } from "./drawing.ts";
import type { Size } from "./picture-scene.ts";
import classes from "./picture-viewer.module.css";

/** A pixel of the grid. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

interface PictureStageProps {
  /** Pixels along either side that the pointer and the keys go over. */
  readonly grid: Size;
  /** Drawn over the whole of the grid; null: nothing lies under the mask. */
  readonly drawing: Drawing | null;
  /** RGBA pixels of the grid, drawn over it. */
  readonly overlay?: Uint8ClampedArray<ArrayBuffer>;
  /** Of the overlay, 0…1. */
  readonly opacity?: number;
  readonly at: Place;
  readonly label: string;
  onAt(place: Place): void;
  /** What is said below the picture. */
  readonly children: ReactNode;
}

const LARGEST_ZOOM = 32;
/** What each key does to the place. */
const MOVES: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A picture with an overlay, fitted into its frame or larger, with a frame around the pixel that is looked at. */
export function PictureStage({ grid, drawing, overlay, opacity = 1, at, label, onAt, children }: PictureStageProps) {
  const t = useMessages(pictureViewerMessages);
  const [zoom, setZoom] = useState(1);
  const base = useRef<HTMLCanvasElement>(null);
  const { ref: sheet, width: shown } = useElementSize<HTMLDivElement>();
  const top = useRef<HTMLCanvasElement>(null);
  const mark = useRef<HTMLSpanElement>(null);
  const { width, height } = grid;
  useEffect(() => {
    const context = base.current?.getContext("2d");
    if (base.current === null || context == null || drawing === null || shown === 0) return;
    // No more pixels than are seen: the browser shrinks a picture with care where it draws, not where it lays out.
    const whole = canvasSize(drawing);
    const shrink = Math.min(1, (shown * devicePixelRatio) / whole.width);
    Object.assign(base.current, { width: Math.ceil(whole.width * shrink), height: Math.ceil(whole.height * shrink) });
    context.imageSmoothingQuality = "high";
    context.drawImage(drawing.image, 0, 0, base.current.width, base.current.height);
  }, [drawing, shown]);
  useEffect(() => {
    if (top.current === null || overlay === undefined) return;
    Object.assign(top.current, { width, height });
    top.current.getContext("2d")?.putImageData(new ImageData(overlay, width, height), 0, 0);
  }, [overlay, width, height]);

  const move = (x: number, y: number): void => onAt({ x: Math.max(0, Math.min(width - 1, x)), y: Math.max(0, Math.min(height - 1, y)) });
  const zoomTo = (next: number): void => setZoom(Math.max(1, Math.min(LARGEST_ZOOM, next)));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = MOVES[event.key];
    const by = event.shiftKey ? 10 : 1;
    const actions: Readonly<Record<string, () => void>> = { "+": () => zoomTo(zoom * 2), "=": () => zoomTo(zoom * 2), "-": () => zoomTo(zoom / 2), "0": () => zoomTo(1) };
    if (step === undefined && actions[event.key] === undefined) return;
    event.preventDefault();
    actions[event.key]?.();
    if (step === undefined) return;
    move(at.x + step[0] * by, at.y + step[1] * by);
    mark.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const onPoint = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    move(Math.floor(((event.clientX - box.left) / box.width) * width), Math.floor(((event.clientY - box.top) / box.height) * height));
  };
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return (
    <div className={classes.stage}>
      <div className={classes.frame}>
        <div
          ref={sheet}
          className={classes.sheet}
          style={{ "--ratio": width / height, "--zoom": zoom } as CSSProperties}
          role="application"
          // Keys move over the pixels, so the picture takes the focus.
          tabIndex={0}
          aria-label={label}
          data-testid="picture"
          data-zoom={zoom}
          onKeyDown={onKeyDown}
          onPointerMove={onPoint}
          onPointerDown={onPoint}
        >
          {drawing !== null && <canvas ref={base} className={classes.layer} data-testid="picture-base" />}
          {overlay !== undefined && <canvas ref={top} className={classes.overlay} style={{ opacity }} data-testid="picture-mask" />}
          <span ref={mark} className={classes.mark} aria-hidden="true" style={{ left: percent(at.x, width), top: percent(at.y, height), width: percent(1, width), height: percent(1, height) }} />
        </div>
      </div>
      <div className={classes.below}>
        <div className={classes.said} aria-live="polite">{children}</div>
        <div className={classes.zoom} role="group" aria-label={t("zoom")}>
          <IconButton size="sm" label={t("zoomOut")} keys="−" disabled={zoom <= 1} onClick={() => zoomTo(zoom / 2)}><IconZoomOut size={14} /></IconButton>
          <IconButton size="sm" label={t("zoomIn")} keys="+" disabled={zoom >= LARGEST_ZOOM} onClick={() => zoomTo(zoom * 2)}><IconZoomIn size={14} /></IconButton>
          <IconButton size="sm" label={t("fit")} keys="0" disabled={zoom === 1} onClick={() => zoomTo(1)}><IconMaximize size={14} /></IconButton>
        </div>
      </div>
    </div>
  );
}
