import type { GraphPort } from "../../triton/ensemble/graph.ts";
import type { NodeSize } from "../../triton/ensemble/places.ts";
import { handleId, type CanvasNode, type PortSide } from "./flow-elements.ts";
import { compactDims, compactType } from "./port-text.ts";

/** Where the handle of a port stands, from the upper left corner of its node. */
export interface PortHandle {
  readonly id: string;
  readonly side: PortSide;
  readonly x: number;
  readonly y: number;
}

/** From one port to the next of its column. */
export const PORT_PITCH = 36;
/** Width and height of a handle. */
export const HANDLE_SIZE = 10;

// Of what nodes are made, in the canvas's units. graph-editor.module.css has the same numbers; node-size.gpu.test.ts holds both together.
const BORDER = 1;
const STEP_TOP = 54;
const STEP_BOTTOM = 8;
const STEP_WIDTH = 208;
const TERMINAL_TOP = 20;
const TERMINAL_PORT = 38;
const TERMINAL_BORDER = 3;
const TERMINAL_WIDTH = 128;
const PORT_HEIGHT = 34;
const PORT_PADDING = 20;
const COLUMN_GAP = 16;
const GLYPH = 14;
/** Of a header, besides the name: padding, the backend's glyph, and room for a badge. */
const HEADER_ROOM = 88;
/** Longer names end in an ellipsis: of ports, of models; and so does all else in a wider node. */
const WIDEST_PORT = 240;
const WIDEST_TITLE = 320;
const WIDEST = 720;
/** Advance of a letter of the monospace font, as a share of its size. */
const MONO = 0.602;
/** " optional", or a translation of it. */
const OPTIONAL = 9;

/** The size of a node as it is drawn, before any run: it follows from its names and ports alone, so that nothing has to be drawn to know it. */
export function nodeSize({ step, terminal }: CanvasNode): NodeSize {
  if (step === undefined) {
    const port = terminal === undefined ? 0 : portWidth(terminal);
    return { width: within(TERMINAL_WIDTH, port + TERMINAL_BORDER + BORDER), height: TERMINAL_TOP + TERMINAL_PORT + 2 * BORDER };
  }
  const rows = Math.max(step.inputs.length, step.outputs.length);
  const columns = columnWidth(step.inputs) + COLUMN_GAP + columnWidth(step.outputs);
  const ports = rows === 0 ? 0 : rows * PORT_PITCH - (PORT_PITCH - PORT_HEIGHT);
  return {
    width: within(STEP_WIDTH, Math.max(columns, Math.min(titleWidth(step.modelName), WIDEST_TITLE) + HEADER_ROOM) + 2 * BORDER),
    height: STEP_TOP + ports + STEP_BOTTOM + BORDER,
  };
}

/** The handles of a node of that width, inputs first. */
export function nodeHandles({ kind, step, terminal }: CanvasNode, width: number): PortHandle[] {
  const half = HANDLE_SIZE / 2;
  const x = (side: PortSide): number => (side === "in" ? BORDER : width - BORDER) - half;
  if (step === undefined) {
    const side = kind === "input" ? "out" : "in";
    return [{ id: handleId(side, terminal?.name ?? ""), side, x: x(side), y: BORDER + TERMINAL_TOP + TERMINAL_PORT / 2 - half }];
  }
  const column = (side: PortSide, ports: readonly GraphPort[]): PortHandle[] =>
    ports.map(({ name }, row) => ({ id: handleId(side, name), side, x: x(side), y: STEP_TOP + row * PORT_PITCH + PORT_HEIGHT / 2 - half }));
  return [...column("in", step.inputs), ...column("out", step.outputs)];
}

function columnWidth(ports: readonly GraphPort[]): number {
  return ports.reduce((widest, port) => Math.max(widest, portWidth(port)), 0);
}

function portWidth({ name, dataType, dims, optional }: Pick<GraphPort, "name" | "dataType" | "dims" | "optional">): number {
  const type = `${compactType(dataType)} ${compactDims(dims)}`.length + (optional ? OPTIONAL : 0);
  return PORT_PADDING + Math.max(Math.min(letters(name) * 12 * MONO, WIDEST_PORT) + (dataType === undefined ? 0 : GLYPH), type * 11 * MONO);
}

/** How many letters of a monospace font are as wide. */
function letters(text: string): number {
  let width = 0;
  for (const letter of text) width += isWide(letter) ? 1.7 : 1;
  return width;
}

/** The width of a name in the interface's font, semibold at 13: rather too wide than too narrow, whichever font it is. */
function titleWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += isWide(letter) ? 13 : /[ijl.,:;|!'()[\]frt1-]/.test(letter) ? 6 : /[A-LN-VX-Z]/.test(letter) ? 9.6 : /[mwMW]/.test(letter) ? 12.6 : 8.2;
  return width;
}

function isWide(letter: string): boolean {
  return (letter.codePointAt(0) ?? 0) >= 0x2e80;
}

function within(least: number, width: number): number {
  return Math.ceil(Math.min(Math.max(least, width), WIDEST));
}
