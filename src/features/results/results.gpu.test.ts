import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { ConchError } from "../../base/errors.ts";
import type { TensorHandle } from "../../runtime/protocol.ts";
import { createDerivation } from "../../state/derived.ts";
import { createDocumentStore } from "../../state/document.ts";
import { createModelHeaders } from "../../state/model-headers.ts";
import { createSelectionStore } from "../../state/selection.ts";
import type { RunState } from "../../state/session.ts";
import { settings } from "../../state/settings.ts";
import { statistics } from "../../tensor/statistics.ts";
import { AppContext, type App } from "../../ui/app-context.ts";
import { cssVariables, theme } from "../../ui/theme.ts";
import "@mantine/core/styles.css";
import "../../ui/theme.css";
import { Results } from "./results.tsx";

const IDLE: RunState = { status: "idle", model: null, steps: {}, result: null, error: null, plan: null, inputs: {} };
const scores: TensorHandle = { id: 1, generation: 1, dataType: "TYPE_FP32", shape: [2, 3], location: "host", bytes: 24 };
const hidden: TensorHandle = { ...scores, id: 2, shape: [3], bytes: 12 };
const DATA = new Map([[1, Float32Array.of(0.5, 1, 1.5, 2, NaN, 3)], [2, Float32Array.of(7, 8, 9)]]);
const DONE: RunState = {
  ...IDLE, status: "done", model: "m",
  result: { outputs: { scores }, wires: { hidden, scores }, steps: [], milliseconds: 1, uploads: [], readbacks: [], peakGpuBytes: 0 },
};

let host: HTMLElement;
let app: App;
let client: { generation: number };
const verbs = { execute: vi.fn(), encode: vi.fn(async () => new Uint8Array(4)), read: vi.fn(async ({ id }: TensorHandle) => DATA.get(id)) };
let unmount: () => void;

function mount(run: RunState): void {
  const session = Object.assign(createStore(() => ({ run })), {
    ...verbs,
    client,
    summarize: async ({ id, dataType, shape }: TensorHandle) => {
      const { low, high, counts } = statistics({ dataType, shape, data: DATA.get(id)! }).histogram;
      return { dataType, shape, count: shape.reduce((a, b) => a * b, 1), min: low, max: high, mean: 1, nan: id === 1 ? 1 : 0, infinite: 0, histogram: { from: low, to: high, counts } };
    },
  });
  const panes = createStore(() => ({ showTab: vi.fn() }));
  const document = createDocumentStore();
  app = { document, headers: createModelHeaders(document), derivation: createDerivation(), selection: createSelectionStore(), session, panes } as unknown as App;
  const root = createRoot(host);
  root.render(
    createElement(MantineProvider, { theme, cssVariablesResolver: cssVariables, forceColorScheme: "light" }, createElement(AppContext, { value: app }, createElement(Results))),
  );
  unmount = () => root.unmount();
}

const text = () => host.textContent ?? "";
const button = (name: string) => [...host.querySelectorAll("button")].find(({ textContent }) => textContent === name);
const shows = (part: string) => vi.waitFor(() => expect(text()).toContain(part), { timeout: 30_000 });

beforeEach(() => {
  settings.getState().setLanguage("en");
  client = { generation: 1 };
  host = document.createElement("main");
  host.style.cssText = "width: 1000px; height: 420px; background: var(--conch-pane)";
  document.body.append(host);
});

afterEach(() => {
  unmount();
  host.remove();
  vi.clearAllMocks();
});

describe("the results", () => {
  it("lead to the run panel before there are any", async () => {
    mount(IDLE);
    await shows("Outputs and wires of a run");
    button("Choose inputs and run")?.click();
    expect(app.panes.getState().showTab).toHaveBeenCalledWith("run");
  });

  it.each([
    ["running", { ...IDLE, status: "running", model: "m" }, "The model is running"],
    ["failed", { ...IDLE, status: "failed", model: "m", error: { code: "STEP_FAILED", message: "no memory", data: {} } }, "STEP_FAILED no memory"],
    ["cancelled", { ...IDLE, status: "cancelled", model: "m" }, "cancelled"],
    ["done without tensors", { ...DONE, result: { ...DONE.result!, outputs: {}, wires: {} } }, "no tensors"],
  ] as [string, RunState, string][])("say so of a run that is %s", async (name, run, sentence) => {
    mount(run);
    await shows(sentence);
    if (name === "running") return;
    button("Run again")?.click();
    expect(verbs.execute).toHaveBeenCalledWith("m");
  });

  it("show the first output, another tensor when it is selected", async () => {
    mount(DONE);
    await shows("Element [1, 1]NaN");
    expect(text()).toContain("1 NaN, 0 ∞");
    app.selection.getState().openResult("wire:hidden");
    await vi.waitFor(() => expect(host.querySelector("[data-testid=element-list]")?.textContent).toBe("[0]7[1]8[2]9"), { timeout: 10_000 });
    host.querySelector("[role=listbox]")?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
    await shows("Element [1, 1]NaN");
    expect(app.selection.getState().result).toBe("output:scores");
  });

  it("move over the elements of a slice by keys", async () => {
    mount(DONE);
    await shows("Element [1, 1]");
    const picture = host.querySelector("[data-testid=slice-picture]") as HTMLElement;
    for (const key of ["ArrowRight", "ArrowUp", "ArrowUp"]) {
      picture.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      // Each key starts from where the one before it led.
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    await shows("Element [0, 2]1.5");
  });

  it("save the tensor, and say why where they cannot", async () => {
    mount(DONE);
    await shows("Element [1, 1]");
    verbs.encode.mockRejectedValueOnce(new Error("the disk is full"));
    button("Save .npy")?.click();
    await shows("scores could not be saved: the disk is full");
    expect(verbs.encode).toHaveBeenCalledWith(scores, "npy", undefined);
  });

  it("warn when the worker that held them is gone, and keep what was copied out", async () => {
    mount(DONE);
    await shows("Element [1, 1]");
    expect(text()).not.toContain("is gone");
    client.generation = 2;
    app.session.setState({ loss: { kind: "worker", message: "", at: 1 } });
    await shows("The worker that held these tensors is gone");
    expect(text()).toContain("Element [1, 1]");
  });

  it("offer another run, not another attempt, for a tensor that is gone", async () => {
    mount(DONE);
    await shows("Element [1, 1]");
    app.session.summarize = () => Promise.reject(new ConchError("STALE_TENSOR", "The tensor is no longer there"));
    app.selection.getState().openResult("wire:hidden");
    await shows("hidden cannot be read: The tensor is no longer there");
    expect(button("Try again")).toBeUndefined();
    button("Run again")?.click();
    expect(verbs.execute).toHaveBeenCalledWith("m");
  });
});
