import { MiniMap, Panel, useReactFlow, useStore as useFlow, type ReactFlowState } from "@xyflow/react";
import { memo, useMemo, useRef, type PointerEvent } from "react";
import { useStore } from "zustand";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Canvas, FlowEdge, FlowNode } from "./canvas.ts";
import { nodesPath } from "./distant-drawing.ts";
import classes from "./graph-editor.module.css";

const SIZE = { width: 144, height: 96 };
/** Smaller graphs need no map. */
const FEW_NODES = 3;

/** The whole graph, small, with what is in view. */
export function GraphMap({ canvas }: { canvas: Canvas }) {
  const count = useStore(canvas, (state) => state.nodes.length);
  const large = useStore(canvas, (state) => state.large);
  if (count <= FEW_NODES) return null;
  return large ? <LargeMap canvas={canvas} /> : <MiniMap pannable zoomable className={classes.minimap} style={SIZE} nodeBorderRadius={4} />;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The map of a large graph: all nodes are one shape, which waits for the end of a drag. */
function LargeMap({ canvas }: { canvas: Canvas }) {
  const t = useMessages(graphEditorMessages);
  const { setCenter, getZoom } = useReactFlow<FlowNode, FlowEdge>();
  const nodes = useStore(canvas, (state) => state.resting);
  const dragged = useStore(canvas, (state) => state.dragged);
  const svg = useRef<SVGSVGElement>(null);
  const path = useMemo(() => nodesPath(nodes, dragged), [nodes, dragged]);
  const { x, y, width, height } = useMemo(() => boundsOf(nodes), [nodes]);
  const centre = ({ clientX, clientY, buttons }: PointerEvent): void => {
    const matrix = svg.current?.getScreenCTM();
    if (buttons !== 1 || matrix == null) return;
    const at = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
    canvas.setState({ moved: true });
    void setCenter(at.x, at.y, { zoom: getZoom() });
  };
  return (
    <Panel position="bottom-right" className={`${classes.minimap} react-flow__minimap`}>
      <svg ref={svg} {...SIZE} viewBox={`${x} ${y} ${width} ${height}`} role="img" aria-label={t("minimap")} onPointerDown={centre} onPointerMove={centre}>
        <Shape path={path} />
        <View />
      </svg>
    </Panel>
  );
}

const Shape = memo(function Shape({ path }: { path: string }) {
  return <path className={classes.mapNodes} d={path} />;
});

function View() {
  const [x = 0, y = 0, width = 0, height = 0] = useFlow(viewOf).split(",").map(Number);
  return <rect className={classes.mapView} x={x} y={y} width={width} height={height} vectorEffect="non-scaling-stroke" />;
}

function viewOf({ transform: [x, y, scale], width, height }: ReactFlowState): string {
  return [-x / scale, -y / scale, width / scale, height / scale].join(",");
}

/** All nodes, with a margin of a twentieth. */
function boundsOf(nodes: readonly FlowNode[]): Box {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { position, measured } of nodes) {
    left = Math.min(left, position.x);
    top = Math.min(top, position.y);
    right = Math.max(right, position.x + (measured?.width ?? 0));
    bottom = Math.max(bottom, position.y + (measured?.height ?? 0));
  }
  const margin = Math.max(right - left, bottom - top) / 20;
  return { x: left - margin, y: top - margin, width: right - left + 2 * margin, height: bottom - top + 2 * margin };
}
