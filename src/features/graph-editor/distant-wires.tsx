import { ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import type { WirePath } from "./distant-drawing.ts";
import classes from "./graph-editor.module.css";

/** The resting wires of a large graph from afar: a path a colour instead of an element each. The outline has them for assistive technology. */
export const DistantWires = memo(function DistantWires({ paths }: { paths: readonly WirePath[] }) {
  return (
    <ViewportPortal>
      <svg className={classes.distantWires} aria-hidden="true" data-testid="distant-wires">
        {paths.map(({ color, path }) => (
          <path key={color} d={path} stroke={color} />
        ))}
      </svg>
    </ViewportPortal>
  );
});
