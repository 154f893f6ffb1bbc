import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { createCommandsStore } from "../../state/commands.ts";
import { createDerivation } from "../../state/derived.ts";
import { createDocumentStore } from "../../state/document.ts";
import { createModelHeaders } from "../../state/model-headers.ts";
import { openModelOf } from "../../state/open-model.ts";
import { createSelectionStore } from "../../state/selection.ts";
import { createServers } from "../../state/servers.ts";
import { settings } from "../../state/settings.ts";
import { AppContext, type App } from "../../ui/app-context.ts";
import { cssVariables, theme } from "../../ui/theme.ts";
import "@mantine/core/styles.css";
import "../../ui/theme.css";
import { canvasNodes, type CanvasNode } from "./flow-elements.ts";
import { GraphEditor } from "./graph-editor.tsx";
import { HANDLE_SIZE, nodeHandles, nodeSize } from "./node-size.ts";

const tensors = (kind: string, names: readonly string[], more = "") => names.map((name) => `${kind} [{ name: "${name}" data_type: TYPE_FP32 dims: [ 1, -1, -1, -1 ] ${more} }]\n`).join("");
const LONG = `a_name_${"that_goes_on_".repeat(12)}`;

/** Steps of every kind: few ports and many, long names and wide letters, optional inputs, an unknown model, an unknown port, no ports. */
const MODELS: Readonly<Record<string, string>> = {
  small: `backend: "python"\n${tensors("input", ["x"])}${tensors("output", ["y"])}`,
  Wide_MODEL_name_WWWW: `backend: "onnxruntime"\n${tensors("input", ["IMAGE", "IMAGE_AFFINE", "a_rather_long_name_of_an_input"])}${tensors("output", ["MASK"])}`,
  [LONG.slice(0, 60)]: `backend: "python"\nmax_batch_size: 8\n${tensors("input", [LONG], "optional: true")}${tensors("output", ["y", "影像输出"])}`,
  many: `backend: "identity"\n${tensors("input", Array.from({ length: 30 }, (_, index) => `in_${index}`))}${tensors("output", ["y"])}`,
  none: `backend: "python"\n`,
};

const ENSEMBLE = `platform: "ensemble"
${tensors("input", ["IMAGE", "图像", LONG])}${tensors("output", ["A_LONG_NAME_OF_AN_OUTPUT", "M"])}
ensemble_scheduling { step [
  ${Object.keys(MODELS).map((name) => `{ model_name: "${name}" model_version: -1 input_map { key: "x" value: "IMAGE" } output_map { key: "y" value: "wire_of_${name.slice(0, 8)}" } }`).join(",\n  ")},
  { model_name: "missing" model_version: 3 input_map { key: "x" value: "IMAGE" } output_map { key: "y" value: "M" } }
] }
`;

let host: HTMLElement;
let root: Root;
let nodes: readonly CanvasNode[];

beforeEach(async () => {
  settings.getState().setLanguage("en");
  const document = createDocumentStore();
  const derivation = createDerivation();
  const files = [["e/config.pbtxt", ENSEMBLE], ...Object.entries(MODELS).flatMap(([name, text]) => [[`${name}/config.pbtxt`, text], [`${name}/1/model.py`, ""]])];
  document.getState().open({ kind: "new", name: "sizes", emptyFolders: ["e/1"] }, files.map(([path = "", text = ""]) => ({ path, text, saved: text })));
  const selection = createSelectionStore();
  selection.getState().openModel("e");
  const session = createStore(() => ({ run: { status: "idle", model: null, steps: {}, result: null, error: null, plan: null, inputs: {} }, placements: {}, environment: null }));
  nodes = canvasNodes(openModelOf(derivation, derivation.repository(document.getState().files, ["e/1"]), "e")!);
  const app = { commands: createCommandsStore(), document, derivation, headers: createModelHeaders(document), selection, session, servers: createServers(fetch) } as unknown as App;
  host = globalThis.document.createElement("div");
  host.style.cssText = "width: 2400px; height: 1800px";
  globalThis.document.body.append(host);
  root = createRoot(host);
  root.render(createElement(MantineProvider, { theme, cssVariablesResolver: cssVariables, forceColorScheme: "light" }, createElement(AppContext, { value: app }, createElement(GraphEditor))));
  await vi.waitFor(() => expect(host.querySelector("[data-settled]")).not.toBeNull(), { timeout: 30_000 });
  await vi.waitFor(() => expect(host.querySelectorAll(".react-flow__node").length).toBe(nodes.length), { timeout: 30_000 });
});

afterEach(() => {
  root.unmount();
  host.remove();
});

const drawn = (id: string) => host.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)!;

describe("the size of a node that is computed from its data", () => {
  it("is the one it is drawn with, in every kind of node", () => {
    const computed = nodes.map((node) => [node.id, nodeSize(node)]);
    const real = nodes.map(({ id }) => [id, { width: drawn(id).offsetWidth, height: drawn(id).offsetHeight }]);
    expect(real).toEqual(computed);
    expect(nodes.length).toBe(11);
  });

  it("has its handles where they are drawn", () => {
    const zoom = new DOMMatrix(getComputedStyle(host.querySelector(".react-flow__viewport")!).transform).a;
    for (const node of nodes) {
      const box = drawn(node.id).getBoundingClientRect();
      const handles = nodeHandles(node, nodeSize(node).width);
      const real = [...drawn(node.id).querySelectorAll<HTMLElement>(".react-flow__handle")].map((handle) => {
        const at = handle.getBoundingClientRect();
        return { id: handle.dataset["handleid"], x: (at.x - box.x) / zoom, y: (at.y - box.y) / zoom, size: at.width / zoom };
      });
      expect(real.map(({ id }) => id)).toEqual(handles.map(({ id }) => id));
      for (const [index, { x, y, size }] of real.entries()) {
        expect(x).toBeCloseTo(handles[index]!.x, 1);
        expect(y).toBeCloseTo(handles[index]!.y, 1);
        expect(size).toBeCloseTo(HANDLE_SIZE, 1);
      }
    }
  });

  it("leaves room for names of usual length", () => {
    const clipped = nodes
      .filter(({ id }) => !id.includes(LONG.slice(0, 40)))
      .flatMap(({ id }) => [...drawn(id).querySelectorAll<HTMLElement>("header span, button span, p")])
      .filter((element) => element.scrollWidth > element.clientWidth && getComputedStyle(element).overflow === "hidden" && !element.textContent.includes(LONG));
    expect(clipped.map(({ textContent }) => textContent)).toEqual([]);
  });
});
