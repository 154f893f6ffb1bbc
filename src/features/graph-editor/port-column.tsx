import { useStore as useFlow, type ReactFlowState } from "@xyflow/react";
import { useCallback } from "react";
import type { GraphPort } from "../../triton/ensemble/graph.ts";
import type { Badge, PortFinding } from "./badges.ts";
import type { Canvas } from "./canvas.ts";
import type { PortSide } from "./flow-elements.ts";
import { PORT_PITCH } from "./node-size.ts";
import { Port } from "./port.tsx";
import classes from "./graph-editor.module.css";

interface Props {
  readonly side: PortSide;
  readonly ports: readonly GraphPort[];
  readonly node: string;
  readonly badge: Badge | undefined;
  readonly canvas: Canvas;
}

/** With more ports than this only those in view are rendered, in such blocks. */
const MANY_PORTS = 80;
const BLOCK = 20;

/** The ports of one side of a step. */
export function PortColumn(props: Props) {
  return props.ports.length > MANY_PORTS ? <LongColumn {...props} /> : <Ports {...props} />;
}

function LongColumn(props: Props) {
  const { node, ports } = props;
  const shown = useFlow(
    useCallback(
      ({ nodeLookup, transform: [, panned, scale], height }: ReactFlowState): string => {
        const top = nodeLookup.get(node)?.internals.positionAbsolute.y ?? 0;
        const row = (y: number): number => (y - panned) / scale / PORT_PITCH - top / PORT_PITCH;
        const from = Math.max(0, Math.floor(row(0) / BLOCK - 1)) * BLOCK;
        const to = Math.min(ports.length, Math.ceil(row(height) / BLOCK + 1) * BLOCK);
        return `${Math.min(from, ports.length)},${Math.max(to, 0)}`;
      },
      [node, ports.length],
    ),
  );
  const [from = 0, to = 0] = shown.split(",").map(Number);
  return <Ports {...props} ports={ports.slice(from, to)} above={from} below={ports.length - Math.max(from, to)} />;
}

function Ports({ side, ports, node, badge, canvas, above = 0, below = 0 }: Props & { above?: number; below?: number }) {
  return (
    <div className={classes.column} data-side={side} style={{ paddingBlock: `${above * PORT_PITCH}px ${below * PORT_PITCH}px` }}>
      {ports.map((port) => (
        <Port key={port.name} node={node} side={side} port={port} finding={findingOf(badge, port.name)} canvas={canvas} />
      ))}
    </div>
  );
}

/** The worst finding that names a port. */
function findingOf(badge: Badge | undefined, port: string): PortFinding | undefined {
  return badge !== undefined && Object.hasOwn(badge.ports, port) ? badge.ports[port] : undefined;
}
