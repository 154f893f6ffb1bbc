import { createStore } from "zustand/vanilla";

/** What the user looks at. Never in the history. */
export interface SelectionState {
  /** Directory name of the open model. */
  readonly model: string | null;
  /** Node id of the graph, "step:unet", "input:CT": the one that was chosen last. */
  readonly node: string | null;
  /** Every chosen node, the last of them last. */
  readonly nodes: readonly string[];
  /** Ensemble tensor whose wire is selected. */
  readonly tensor: string | null;
  /** Repository path in the text editor; null: the open model's config.pbtxt. */
  readonly file: string | null;
  /** A finding that was clicked: every place that shows it moves to it. `at` changes with each click. */
  readonly focus: { readonly diagnostic: string; readonly at: number } | null;
  /** A place of a text to show: the editor of its file goes there. `at` changes with each call. */
  readonly place: TextPlace | null;
  /** Where the user put the cursor last, in UTF-16 units. */
  readonly caret: { readonly file: string; readonly offset: number } | null;
  /** Tensor handle open in the results: "wire:logits", "output:MASK". */
  readonly result: string | null;

  openModel(model: string | null): void;
  selectNode(node: string | null): void;
  selectNodes(nodes: readonly string[]): void;
  selectTensor(tensor: string | null): void;
  openFile(file: string | null): void;
  focusDiagnostic(diagnostic: string): void;
  revealText(file: string, range: { readonly from: number; readonly to: number }): void;
  placeCaret(file: string, offset: number): void;
  openResult(result: string | null): void;
}

/** A range of a file's text that was asked for. */
export interface TextPlace {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** A new selection: nothing. */
export function createSelectionStore() {
  let clicks = 0;
  return createStore<SelectionState>()((set) => ({
    model: null,
    node: null,
    nodes: [],
    tensor: null,
    file: null,
    focus: null,
    place: null,
    caret: null,
    result: null,
    openModel: (model) => set({ model, node: null, nodes: [], tensor: null, file: null, result: null }),
    selectNode: (node) => set({ node, nodes: node === null ? [] : [node], tensor: null }),
    selectNodes: (nodes) => set({ node: nodes.at(-1) ?? null, nodes, tensor: null }),
    selectTensor: (tensor) => set({ tensor, node: null, nodes: [] }),
    openFile: (file) => set({ file }),
    focusDiagnostic: (diagnostic) => set({ focus: { diagnostic, at: ++clicks } }),
    revealText: (file, { from, to }) => set({ place: { file, from, to, at: ++clicks } }),
    placeCaret: (file, offset) => set({ caret: { file, offset } }),
    openResult: (result) => set({ result }),
  }));
}

/** The selection store. */
export type SelectionStore = ReturnType<typeof createSelectionStore>;
