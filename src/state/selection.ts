import { createStore } from "zustand/vanilla";

/** What the user looks at. Never in the history. */
export interface SelectionState {
  /** Directory name of the open model. */
  readonly model: string | null;
  /** The models that the open one was entered from, the outermost first; each has the next as a step. */
  readonly trail: readonly TrailPart[];
  /** Node id of the graph, "step:unet", "input:CT": the one that was chosen last. */
  readonly node: string | null;
  /** Every chosen node, the last of them last. */
  readonly nodes: readonly string[];
  /** Ensemble tensor whose wire is selected. */
  readonly tensor: string | null;
  /** Repository path in the text editor; null: the open model's config.pbtxt. */
  readonly file: string | null;
  /** A finding that was clicked: every place that shows it moves to it, but for the text where the cursor went there by itself. `at` changes with each click. */
  readonly focus: { readonly diagnostic: string; readonly at: number; readonly fromText: boolean } | null;
  /** A place of a text to show: the editor of its file goes there. `at` changes with each call. */
  readonly place: TextPlace | null;
  /** Where the user put the cursor last, in UTF-16 units. */
  readonly caret: { readonly file: string; readonly offset: number } | null;
  /** The part of the open model's graph that the user brought into view; null: whatever shows it best. */
  readonly viewport: Viewport | null;
  /** A node or wire of the open model that is to come into view; null once it has. */
  readonly wanted: { readonly node: string | null; readonly tensor: string | null } | null;
  /** Tensor handle open in the results: "wire:logits", "output:MASK". */
  readonly result: string | null;

  /** Opens a model by itself: the trail begins anew. */
  openModel(model: string | null): void;
  /** Opens the model of a step of the open one, which joins the trail. */
  enterModel(model: string): void;
  /** Goes back to a part of the trail, by default the last, as it was left. Nothing happens where there is none. */
  leaveTo(part?: number): void;
  keepViewport(viewport: Viewport | null): void;
  /** Selects a node or wire of the open model and has it brought into view. */
  show(target: { readonly node: string } | { readonly tensor: string }): void;
  /** What was wanted is in view. */
  wasShown(): void;
  selectNode(node: string | null): void;
  selectNodes(nodes: readonly string[]): void;
  selectTensor(tensor: string | null): void;
  openFile(file: string | null): void;
  focusDiagnostic(diagnostic: string, fromText?: boolean): void;
  revealText(file: string, range: { readonly from: number; readonly to: number }): void;
  placeCaret(file: string, offset: number): void;
  openResult(result: string | null): void;
}

/** A model that was left for one of its steps, and how. */
export interface TrailPart {
  readonly model: string;
  readonly nodes: readonly string[];
  readonly tensor: string | null;
  readonly viewport: Viewport | null;
}

/** Where a graph is looked at: pixels of the pane at which its origin lies, and the scale. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** A range of a file's text that was asked for. */
export interface TextPlace {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** What goes with the open model. */
const NOTHING = { node: null, nodes: [], tensor: null, file: null, viewport: null, wanted: null, result: null } satisfies Partial<SelectionState>;

/** A new selection: nothing. */
export function createSelectionStore() {
  let clicks = 0;
  return createStore<SelectionState>()((set) => ({
    model: null,
    trail: [],
    node: null,
    nodes: [],
    tensor: null,
    file: null,
    focus: null,
    place: null,
    caret: null,
    viewport: null,
    wanted: null,
    result: null,
    openModel: (model) => set({ ...NOTHING, model, trail: [] }),
    enterModel: (model) =>
      set(({ model: outer, trail, nodes, tensor, viewport }) => {
        if (outer === model) return {};
        return { ...NOTHING, model, trail: outer === null ? [] : [...trail, { model: outer, nodes, tensor, viewport }] };
      }),
    leaveTo: (part) =>
      set(({ trail }) => {
        const at = part ?? trail.length - 1;
        const to = trail[at];
        return to === undefined ? {} : { ...NOTHING, ...to, node: to.nodes.at(-1) ?? null, trail: trail.slice(0, at) };
      }),
    keepViewport: (viewport) => set({ viewport }),
    show: (target) => {
      const wanted = { node: null, tensor: null, ...target };
      set({ ...wanted, nodes: wanted.node === null ? [] : [wanted.node], wanted });
    },
    wasShown: () => set({ wanted: null }),
    selectNode: (node) => set({ node, nodes: node === null ? [] : [node], tensor: null, wanted: null }),
    selectNodes: (nodes) => set({ node: nodes.at(-1) ?? null, nodes, tensor: null, wanted: null }),
    selectTensor: (tensor) => set({ tensor, node: null, nodes: [], wanted: null }),
    openFile: (file) => set({ file }),
    focusDiagnostic: (diagnostic, fromText = false) => set({ focus: { diagnostic, at: ++clicks, fromText } }),
    revealText: (file, { from, to }) => set({ place: { file, from, to, at: ++clicks } }),
    placeCaret: (file, offset) => set({ caret: { file, offset } }),
    openResult: (result) => set({ result }),
  }));
}

/** The selection store. */
export type SelectionStore = ReturnType<typeof createSelectionStore>;
