import { Handle, Position, useConnection, type ConnectionState } from "@xyflow/react";
import type { CSSProperties, KeyboardEvent } from "react";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { DataTypeGlyph } from "../../ui/data-type-mark.tsx";
import { dataTypeLook } from "../../ui/data-type-look.ts";
import type { GraphPort } from "../../triton/ensemble/graph.ts";
import { SeverityGlyph } from "../../ui/severity-mark.tsx";
import type { PortFinding } from "./badges.ts";
import type { Canvas } from "./canvas.ts";
import { handleId, type PortSide } from "./flow-elements.ts";
import { problemBetween } from "./gestures.ts";
import { compactDims, compactType } from "./port-text.ts";
import { walkPorts } from "./port-walk.ts";
import classes from "./graph-editor.module.css";

/** Where the wire that is being drawn began, as one string: a port renders again when it begins and ends, not while it moves. */
function origin(connection: ConnectionState): string | null {
  if (!connection.inProgress) return null;
  const { nodeId, id, type } = connection.fromHandle;
  return JSON.stringify([nodeId, type === "source" ? "out" : "in", id?.slice(id.indexOf(":") + 1) ?? ""]);
}

/** A port of a node: its handle, glyph, name and dims. A click selects its wire, C offers the ports that fit. */
export function Port({ node, side, port, finding, canvas }: { node: string; side: PortSide; port: GraphPort; finding: PortFinding | undefined; canvas: Canvas }) {
  const t = useMessages(graphEditorMessages);
  const { selection } = useApp();
  const selected = useStore(selection, (state) => port.tensor !== undefined && state.tensor === port.tensor);
  const from = useConnection(origin);
  const problem = from === null ? undefined : problemWith(canvas, from, { node, side, port: port.name });
  const look = port.dataType === undefined ? undefined : dataTypeLook(port.dataType);
  const type = compactType(port.dataType);
  const dims = compactDims(port.dims);
  const wire = port.tensor === undefined ? t("notWired") : t("wiredTo", { tensor: port.tensor });
  const label = t(side === "in" ? "portIn" : "portOut", { port: port.name, type, dims, wire });
  const state = from === null ? undefined : problem === undefined ? "fits" : "unfit";

  // All other keys of a port are the canvas's.
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !walkPorts(event.currentTarget, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={classes.port} data-side={side} data-state={state} data-selected={selected || undefined} data-flawed={finding !== undefined || !port.exists || undefined} data-testid={`port-${node}-${side}-${port.name}`}>
      <Handle
        id={handleId(side, port.name)}
        type={side === "in" ? "target" : "source"}
        position={side === "in" ? Position.Left : Position.Right}
        className={classes.handle}
        style={{ "--port-color": look?.color ?? "var(--conch-type-invalid)" } as CSSProperties}
        data-wired={port.tensor !== undefined || undefined}
      />
      <button
        type="button"
        className={classes.portLabel}
        aria-label={label}
        title={finding?.message ?? (port.exists ? port.name : t("unknownPort"))}
        data-port={`${node}/${handleId(side, port.name)}`}
        data-tensor={port.tensor}
        onClick={() => port.tensor !== undefined && selection.getState().selectTensor(port.tensor)}
        onKeyDown={onKeyDown}
      >
        <span className={classes.portName}>
          {port.dataType !== undefined && <DataTypeGlyph type={port.dataType} size={10} />}
          <span className={classes.portWord}>{port.name}</span>
        </span>{" "}
        <span className={classes.portType}>
          {type} {dims}
          {port.optional && <em> {t("optional")}</em>}
        </span>
      </button>
      {finding !== undefined && (
        <button
          type="button"
          className={classes.portFinding}
          data-severity={finding.severity}
          data-finding={finding.id}
          aria-label={finding.message}
          title={finding.message}
          onClick={() => selection.getState().focusDiagnostic(finding.id)}
        >
          <SeverityGlyph severity={finding.severity} size={12} />
        </button>
      )}
      {problem !== undefined && <span className={classes.reason}>{problem}</span>}
    </div>
  );
}

function problemWith(canvas: Canvas, from: string, port: { node: string; side: PortSide; port: string }): string | undefined {
  const [node, side, name] = JSON.parse(from) as [string, PortSide, string];
  if (node === port.node && side === port.side && name === port.port) return undefined;
  return problemBetween(canvas.model(), { node, side, port: name }, port);
}
