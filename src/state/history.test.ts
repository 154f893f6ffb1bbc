import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { FileEdits } from "../base/diagnostic.ts";
import { ConchError } from "../base/errors.ts";
import type { TextEdit } from "../base/text-edit.ts";
import { addStep, connect, disconnect, removeSteps, removeTerminal, setInputOptional, setInstanceGroupKind, setStepVersion } from "../triton/ensemble/edit.ts";
import { exposePort } from "../triton/ensemble/exposed-ports.ts";
import type { Endpoint, EnsembleGraph } from "../triton/ensemble/graph.ts";
import { newEnsemble } from "../triton/ensemble/new-model.ts";
import { removeNodes } from "../triton/ensemble/remove-nodes.ts";
import { copySteps, duplicateSteps, pasteSteps } from "../triton/ensemble/step-fragment.ts";
import { addStepAt, insertOnWire } from "../triton/ensemble/wired-steps.ts";
import type { ParsedConfig } from "../triton/model-config/decode.ts";
import { removeValue, setValue } from "../triton/pbtxt/edit.ts";
import { createDerivation, type RepositoryView } from "./derived.ts";
import { createDocumentStore, type DocumentFile, type DocumentState } from "./document.ts";
import { unsavedPaths } from "./opened-files.ts";

/** The same ensemble as four people write it. */
const STYLES: readonly string[] = [
  `platform: "ensemble"
# volumes
input [
  { name: "CT" data_type: TYPE_FP32 dims: [ 8 ] }
]
output [
  { name: "MASK" data_type: TYPE_UINT8 dims: [ 8 ] } # labels
]
ensemble_scheduling {
  step [
    {
      model_name: "pre"
      model_version: -1
      input_map { key: "RAW" value: "CT" } # straight in
      output_map { key: "IMAGE" value: "image" }
    },
    {
      model_name: "post" # the last one
      model_version: -1
      input_map { key: "IMAGE" value: "image" }
      output_map { key: "MASK" value: "MASK" }
    }
  ]
}
`,
  `platform: "ensemble"
input { name: "CT", data_type: TYPE_FP32, dims: 8 }
ensemble_scheduling {
  # first
  step {
    model_name: "pre",
    input_map { key: "RAW", value: "CT" }
    output_map { key: "IMAGE", value: "image" }
  }
  # second
  step {
    model_name: "post",
    input_map { key: "IMAGE", value: "image" }
    output_map { key: "MASK", value: "MASK" }
  }
}
output { name: "MASK", data_type: TYPE_UINT8, dims: 8 }`,
  `platform:'ensemble' input:[{name:'CT' data_type:TYPE_FP32 dims:[8]}] output:[{name:'MASK' data_type:TYPE_UINT8 dims:[8]}]
ensemble_scheduling{step:[{model_name:'pre' model_version:-1 input_map:[{key:'RAW' value:'CT'}] output_map:[{key:'IMAGE' value:'image'}]},{model_name:'post' model_version:-1 input_map:[{key:'IMAGE' value:'image'}] output_map:[{key:'MASK' value:'MASK'}]}]}`,
  `# nothing yet\r\nplatform: "ensemble"\r\nensemble_scheduling {\r\n}\r\n`,
];
const MODELS: readonly (readonly [string, string])[] = [
  ["pre", `backend: "python"\ninput { name: "RAW" data_type: TYPE_FP32 dims: 8 }\noutput [ { name: "IMAGE" data_type: TYPE_FP32 dims: [ 8 ] }, { name: "SCALE" data_type: TYPE_FP32 dims: [ 1 ] } ]\n`],
  ["post", `backend: "python"\ninput [ { name: "IMAGE" data_type: TYPE_FP32 dims: [ 8 ] }, { name: "SCALE" data_type: TYPE_FP32 dims: [ 1 ] optional: true } ]\noutput { name: "MASK" data_type: TYPE_UINT8 dims: 8 } # labels\ninstance_group [ { kind: KIND_GPU } ]\n`],
  ["smooth", `backend: "python"\nmax_batch_size: 4\ninput [ { name: "x" data_type: TYPE_FP32 dims: [ 8 ] } ]\noutput [ { name: "y" data_type: TYPE_FP32 dims: [ 8 ] } ]\n`],
  ["invert", `backend: "python"\ninput [ { name: "IN" data_type: TYPE_UINT8 dims: [ -1 ] } ]\noutput [ { name: "OUT" data_type: TYPE_UINT8 dims: [ -1 ] } ]\n`],
];

interface Repository {
  readonly styles: readonly [number, number];
  readonly models: number;
}

function filesOf({ styles, models }: Repository): DocumentFile[] {
  const texts = [...styles.map((style, index) => [`e${index}`, STYLES[style]!] as const), ...MODELS.slice(0, models)];
  return texts.flatMap(([name, text]) => [
    { path: `${name}/config.pbtxt`, text, saved: text },
    { path: `${name}/1/.gitkeep`, text: "", saved: "" },
  ]);
}

interface Scene {
  readonly view: RepositoryView;
  readonly ensemble: ParsedConfig;
  readonly graph: EnsembleGraph;
  /** One of a list by the next number of the action; -1, or undefined, of an empty one. */
  pick<T>(list: readonly T[]): T;
  index(count: number): number;
}

/** Gestures by name, each made of what is there by the numbers of an action. */
const GESTURES: Readonly<Record<string, (scene: Scene) => TextEdit[]>> = {
  "add a step": ({ ensemble, view, pick }) => addStep(ensemble, { modelName: pick([...view.models.keys()]) }),
  "add a step at a wire": ({ ensemble, graph, view, pick }) => {
    const side = pick(["in", "out"] as const);
    return addStepAt(ensemble, graph, { end: pick(endsOf(graph, side)), side }, pick([...view.models.keys()]), view.graphModels);
  },
  "insert on a wire": ({ ensemble, graph, view, pick }) => insertOnWire(ensemble, graph, pick(graph.tensors), pick([...view.graphModels.values()]), view.graphModels),
  connect: ({ ensemble, graph, pick }) => connect(ensemble, pick(endsOf(graph, "out")), pick(endsOf(graph, "in"))),
  disconnect: ({ ensemble, graph, pick }) => disconnect(ensemble, pick(endsOf(graph, "in"))),
  "expose an input": ({ ensemble, graph, pick }) => {
    const step = pick(graph.steps);
    return exposePort(ensemble, graph, step.index, "input", pick(step.inputs).name);
  },
  "expose an output": ({ ensemble, graph, pick }) => {
    const step = pick(graph.steps);
    return exposePort(ensemble, graph, step.index, "output", pick(step.outputs).name);
  },
  "remove an input": ({ ensemble, graph, pick }) => removeTerminal(ensemble, "input", pick(graph.inputs).name),
  "remove an output": ({ ensemble, graph, pick }) => removeTerminal(ensemble, "output", pick(graph.outputs).name),
  "remove steps": ({ ensemble, graph, index }) => removeSteps(ensemble, [index(graph.steps.length), index(graph.steps.length)]),
  "remove nodes": ({ ensemble, graph, pick, index }) => removeNodes(ensemble, { steps: [index(graph.steps.length), index(graph.steps.length)], inputs: graph.inputs.slice(index(2)).map(({ name }) => name), outputs: [pick(graph.outputs).name] }),
  "duplicate steps": ({ ensemble, graph, index }) => duplicateSteps(ensemble, [index(graph.steps.length), index(graph.steps.length)]),
  "paste steps": ({ ensemble, view, index }) => pasteSteps(ensemble, copySteps(view.models.get("e1")?.parsed ?? ensemble, [index(3), index(3)])),
  "set a version": ({ ensemble, graph, index }) => setStepVersion(ensemble, pickStep(graph, index), index(4) - 1),
  "make an input optional": ({ ensemble, graph, pick }) => setInputOptional(ensemble, pick(graph.inputs).name, pick([true, false])),
};

function pickStep(graph: EnsembleGraph, index: (count: number) => number): number {
  if (graph.steps.length === 0) throw new NothingThere();
  return index(graph.steps.length);
}

class NothingThere extends Error {}

function endsOf({ inputs, outputs, steps }: EnsembleGraph, side: "in" | "out"): Endpoint[] {
  const ports = steps.flatMap((step) => (side === "in" ? step.inputs : step.outputs).map(({ name }): Endpoint => ({ kind: "step", step: step.index, port: name })));
  const terminals = side === "in" ? outputs.map(({ name }): Endpoint => ({ kind: "output", name })) : inputs.map(({ name }): Endpoint => ({ kind: "input", name }));
  return [...terminals, ...ports];
}

const TYPED = ["x", " ", "\n", "# note\n", "{", "}", '"', 'step { model_name: "smooth" }', "😀"];

interface Action {
  readonly kind: string;
  readonly numbers: readonly number[];
}

const KINDS = [...Object.keys(GESTURES), "type", "delete text", "set a field", "remove a field", "set the kind", "new ensemble", "move a node", "place a step", "add a file", "save", "undo", "redo"];
const actions = fc.array(fc.record({ kind: fc.constantFrom(...KINDS), numbers: fc.array(fc.nat(999), { minLength: 4, maxLength: 4 }) }), { maxLength: 12 });
const repositories = fc.record({ styles: fc.tuple(fc.nat(3), fc.nat(3)), models: fc.integer({ min: 2, max: 4 }) });

/** Everything that is shown of a repository, without the texts and trees behind it. */
function shown(derivation: ReturnType<typeof createDerivation>, files: ReadonlyMap<string, DocumentFile>) {
  const view = derivation.repository(files);
  const parts = { diagnostics: view.diagnostics, models: [...view.models.values()].map(({ name, verdict, isEnsemble }) => ({ name, verdict, isEnsemble, view: derivation.ensemble(view, name) })) };
  return JSON.parse(JSON.stringify(parts, (key, value: unknown) => (key === "parsed" ? undefined : typeof value === "bigint" ? String(value) : value))) as { models: { name: string; view: { stale: boolean; graph?: unknown } }[] };
}

/** The steps, inputs and outputs of a text by their place, each as what it says and as it is written. */
function written({ config, text, rangeOf }: ParsedConfig): Map<string, { says: string; text: string }> {
  const part = (path: readonly (string | number)[], value: unknown): [string, { says: string; text: string }] => {
    const { from, to } = rangeOf([...path])!;
    return [path.join("."), { says: JSON.stringify(value), text: text.slice(from, to) }];
  };
  return new Map([
    ...config.input.map((one, index) => part(["input", index], one)),
    ...config.output.map((one, index) => part(["output", index], one)),
    ...(config.ensemble_scheduling?.step ?? []).map((one, index) => part(["ensemble_scheduling", "step", index], one)),
  ]);
}

/** What a gesture must not do: break the text, rewrite what goes on meaning the same, give a tensor a second producer, lose a comment of what stays. */
function expectCareful(before: ParsedConfig, after: ParsedConfig, kind: string): void {
  expect(after.valid, after.text).toBe(true);
  // What is new comes last; only what is removed moves others.
  const texts = kind.startsWith("remove") ? new Map<string, never>() : written(after);
  for (const [place, part] of written(before)) if (texts.get(place)?.says === part.says) expect(texts.get(place)).toEqual(part);
  const doubled = ({ config }: ParsedConfig): number => {
    const all = [...config.input.map(({ name }) => name), ...(config.ensemble_scheduling?.step ?? []).flatMap(({ output_map }) => Object.values(output_map))];
    return all.length - new Set(all).size;
  };
  expect(doubled(after)).toBeLessThanOrEqual(doubled(before));
  const comments = ({ text }: ParsedConfig): number => [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(#[^\n]*)/g)].filter(({ 1: comment }) => comment !== undefined).length;
  if (!kind.startsWith("remove")) expect(comments(after)).toBe(comments(before));
}

function play(repository: Repository, played: readonly Action[]): void {
  const store = createDocumentStore();
  const derivation = createDerivation();
  const start = filesOf(repository);
  store.getState().open({ kind: "new", name: "r", emptyFolders: [] }, start);
  const texts = (): Record<string, string | undefined> => Object.fromEntries([...store.getState().files.values()].map(({ path, text }) => [path, text]));
  const held = texts();
  let time = 1;
  for (const { kind, numbers } of played) {
    let used = 0;
    const index = (count: number): number => numbers[used++ % numbers.length]! % Math.max(count, 1);
    const pick = <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new NothingThere();
      return list[index(list.length)]!;
    };
    const { files } = store.getState();
    const view = derivation.repository(files);
    const chosen = pick(["e0", "e0", "e1"]);
    const ensemble = view.models.get(chosen)?.parsed;
    const graph = derivation.ensemble(view, chosen);
    const path = pick([...files.keys()].filter((one) => one.endsWith(".pbtxt")));
    const text = files.get(path)!.text!;
    const { edit, move, undo, redo } = store.getState();
    time += index(3) === 0 ? 2000 : 100;
    try {
      const gesture = GESTURES[kind];
      if (gesture !== undefined) {
        if (ensemble?.valid !== true || graph.stale) continue;
        const edits = gesture({ view, ensemble, graph: graph.graph, pick, index });
        if (kind.startsWith("remove")) expect(edits.filter(({ insert }) => insert !== "")).toEqual([]);
        edit([{ path: ensemble.file, edits }], kind);
        expectCareful(ensemble, derivation.repository(store.getState().files).models.get(chosen)!.parsed!, kind);
      } else if (kind === "type") edit([{ path, edits: [insertion(index(text.length + 1), pick(TYPED))] }], kind, { typedAt: time });
      else if (kind === "delete text") {
        const from = index(text.length);
        edit([{ path, edits: [{ from, to: Math.min(text.length, from + index(9)), insert: "" }] }], kind, { typedAt: time });
      } else if (kind === "undo") undo();
      else if (kind === "redo") redo();
      else if (kind === "move a node") move([{ ensemble: chosen, node: pick(nodesOf(graph.graph)), to: pick([null, { x: index(9), y: index(9) }]) }], kind);
      else if (kind === "place a step") {
        if (ensemble?.valid !== true || graph.stale) continue;
        edit([{ path: ensemble.file, edits: addStep(ensemble, { modelName: "pre" }) }], kind, { moves: [{ ensemble: chosen, node: `step:pre${index(9)}`, to: { x: index(9), y: 0 } }] });
      } else if (kind === "add a file") {
        const path = `added${index(2)}/1/model.onnx`;
        if (!files.has(path)) edit([{ path, add: { path, size: 3, blob: () => Promise.resolve(new Blob(["abc"])) } }], kind);
      } else if (kind === "save") saveInto(held, store.getState());
      else edit(editsOf(kind, view, pick, index), kind);
    } catch (thrown) {
      if (!(thrown instanceof NothingThere) && !(thrown instanceof ConchError && thrown.code === "EDIT_IMPOSSIBLE")) throw thrown;
    }
    const now = store.getState().files;
    const incremental = shown(derivation, now);
    const anew = shown(createDerivation(), now);
    // A text that does not parse keeps its last good graph, which only memory has.
    for (const [at, { view: own }] of incremental.models.entries()) if (own.stale) anew.models[at]!.view = own;
    expect(incremental).toEqual(anew);
  }
  const end = { texts: texts(), positions: placesOf(store.getState()) };
  let count = 0;
  while (store.getState().undo() !== undefined) count++;
  expect(texts()).toEqual(Object.fromEntries(start.map(({ path, text }) => [path, text])));
  expect(placesOf(store.getState())).toEqual([]);
  saveInto(held, store.getState());
  expect(held).toEqual(texts());
  for (; count > 0; count--) store.getState().redo();
  expect({ texts: texts(), positions: placesOf(store.getState()) }).toEqual(end);
  saveInto(held, store.getState());
  expect(held).toEqual(end.texts);
  expect(unsavedPaths(store.getState())).toEqual([]);
}

/** Writes what is unsaved, and nothing else, into a repository: path → text, undefined for bytes. */
function saveInto(held: Record<string, string | undefined>, state: DocumentState): void {
  const paths = unsavedPaths(state);
  for (const path of paths) {
    if (state.files.has(path)) held[path] = state.files.get(path)?.text;
    else delete held[path];
  }
  state.markSaved(paths);
}

function placesOf({ positions }: DocumentState): unknown[] {
  return Object.entries(positions).flatMap(([ensemble, nodes]) => Object.entries(nodes).map(([node, place]) => ({ ensemble, node, place })));
}

function nodesOf({ inputs, steps, outputs }: EnsembleGraph): string[] {
  return [...inputs, ...steps, ...outputs].map(({ id }) => id);
}

function insertion(at: number, insert: string): TextEdit {
  return { from: at, to: at, insert };
}

/** What the inspector and the explorer change. */
function editsOf(kind: string, view: RepositoryView, pick: Scene["pick"], index: Scene["index"]): FileEdits[] {
  if (kind === "new ensemble") return newEnsemble(`new${index(3)}`, new Set(view.models.keys()), index(2));
  const parsed = pick([...view.models.values()]).parsed;
  if (parsed?.valid !== true) throw new NothingThere();
  if (kind === "set the kind") return [{ path: parsed.file, edits: setInstanceGroupKind(parsed, pick(["KIND_GPU", "KIND_CPU"])) }];
  const path = pick([["max_batch_size"], ["input", 0, "dims"], ["parameters", "a", "string_value"], ["ensemble_scheduling", "step", 0, "model_version"], ["version_policy", "all"]]);
  if (kind === "remove a field") return [{ path: parsed.file, edits: removeValue(parsed.tree, path) }];
  const value = { max_batch_size: index(9), input: [index(9), -1], parameters: "word", ensemble_scheduling: index(3), version_policy: {} }[String(path[0])]!;
  return [{ path: parsed.file, edits: setValue(parsed.tree, path, value) }];
}

it("any gestures, typing and fields leave careful texts, derive the same from memory as anew, and can all be undone and redone", () => {
  fc.assert(fc.property(repositories, actions, play), { numRuns: 60 });
});
