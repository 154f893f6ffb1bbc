import type { Drop } from "../../repositories/dropped/read-drop.ts";
import type { OpenModel } from "../../state/open-model.ts";
import type { Renamed } from "../../triton/language/rename.ts";
import type { PortEnd } from "./gestures.ts";
import type { CanvasAction, Target } from "./targets.ts";

/** A place on the screen where something was asked for, in CSS pixels. */
export interface Spot {
  readonly clientX: number;
  readonly clientY: number;
  /** Gets the focus back. */
  readonly from?: HTMLElement;
}

/** What stands over the canvas, at a spot. */
export type Overlay = { readonly spot: Spot } & (
  | { readonly kind: "menu"; readonly target: Target }
  | { readonly kind: "connect"; readonly port: PortEnd }
  /** Which model becomes a step: alone, at the end of a wire from a port, or in a wire. */
  | { readonly kind: "steps"; readonly port?: PortEnd; readonly tensor?: string }
  | { readonly kind: "rename"; readonly renamed: Renamed }
);

/** What the user can do on a canvas, by whatever gesture. Every verb works on the texts as they are now, is one step of undo, and says what it did. */
export interface CanvasVerbs {
  /** The model as its text is now. */
  present(): OpenModel;
  /** Does what a menu or a key says of a target. `at`: where it was asked for. */
  perform(action: CanvasAction, target: Target, at: Spot): void;
  show(overlay: Overlay | undefined): void;
  connect(one: PortEnd, other: PortEnd): void;
  expose(port: PortEnd, at?: Spot): void;
  /** Adds a step: alone, at the end of a wire from a port, or in the wire of a tensor. */
  addStep(name: string, at?: Spot, wire?: { readonly port?: PortEnd; readonly tensor?: string }): void;
  /** Brings model files into the repository, with a step of each. */
  addFiles(drop: Promise<Drop>, at: Spot): void;
  rename(renamed: Renamed, to: string): void;
  /** The text of the chosen steps for the clipboard; undefined where none is chosen. */
  copied(): string | undefined;
  paste(text: string, at: Spot): void;
  remove(nodes: readonly string[], label?: "remove-node" | "cut-steps"): void;
}

/** What was copied here last: its text, and where each step stood. */
export interface CopiedPlaces {
  readonly text: string;
  readonly places: readonly { readonly x: number; readonly y: number }[];
}
