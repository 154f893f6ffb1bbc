import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { TensorHandle } from "../../runtime/protocol.ts";
import { settings } from "../../state/settings.ts";
import type { TensorData } from "../../tensor/data-type.ts";
import { openSession, type OpenSession } from "../../testing/open-session.ts";
import "@mantine/core/styles.css";
import "../../ui/theme.css";
import type { ViewedTensor } from "../viewer.ts";
import { Picture } from "./picture.tsx";

let open: OpenSession;
let host: HTMLElement;
let unmount = () => {};

beforeAll(() => {
  open = openSession(new Map(), false);
});
afterAll(() => open.session.dispose());

beforeEach(() => {
  settings.getState().setLanguage("en");
  host = document.createElement("main");
  host.style.cssText = "display: flex; width: 900px; height: 420px";
  document.body.append(host);
});
afterEach(() => {
  unmount();
  host.remove();
});

const put = (dataType: TensorHandle["dataType"], shape: readonly number[], data: TensorData) => open.session.client.request("put", { dataType, shape, data });

/** A tensor of the worker as the results hand it to viewers. */
async function viewed(name: string, handle: TensorHandle, more: Partial<ViewedTensor> = {}): Promise<ViewedTensor> {
  const { session } = open;
  const unused = () => Promise.reject(new Error("not asked for"));
  return {
    name, batched: true, summary: await session.summarize(handle), loadIntensities: unused, loadLabels: unused,
    loadData: () => session.read(handle),
    loadPicture: (item, layout) => session.picture(handle, layout, item),
    loadMask: (item, layout) => session.mask(handle, layout, item),
    ...more,
  };
}

async function encoded(width: number, height: number, color: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.fillStyle = color;
  context.fillRect(0, 0, width, height);
  return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
}

function mount(tensor: ViewedTensor, companions: readonly ViewedTensor[] = []): void {
  const root = createRoot(host);
  root.render(createElement(MantineProvider, null, createElement(Picture, { tensor, companions })));
  unmount = () => root.unmount();
}

const find = (testId: string) => host.querySelector<HTMLElement>(`[data-testid=${testId}]`);
const says = (testId: string, text: string) => vi.waitFor(() => expect(find(testId)?.textContent).toContain(text), { timeout: 20_000 });
const press = (...keys: string[]) => keys.forEach((key) => find("picture")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));

/** The middle pixel of a layer: red, green, blue, opacity. */
function middle(testId: string): readonly number[] {
  const canvas = find(testId) as HTMLCanvasElement;
  return [...(canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data];
}

/** Two masks of 32 × 32: all cat, and half dog. */
const masks = () => put("TYPE_UINT8", [2, 32, 32], Uint8Array.from({ length: 2048 }, (_, at) => (at < 1024 ? 1 : at % 32 < 16 ? 2 : 0)));

describe("the picture viewer", () => {
  it("draws each encoded picture of a batch, and says which cannot be decoded", async () => {
    const bytes = await encoded(20, 10, "#ff8000");
    mount(await viewed("image", await put("TYPE_STRING", [2, 1], [bytes, bytes.subarray(0, 40)])));
    await says("picture-note", "PNG, 20 × 10 pixels.");
    await vi.waitFor(() => expect(middle("picture-base")).toEqual([255, 128, 0, 255]));
    expect(find("picture-readout")?.textContent).toContain("R 255 G 128 B 0");
    host.querySelector<HTMLElement>("[aria-label='Next item']")?.click();
    await vi.waitFor(() => expect(host.textContent).toContain("Item 1 of image (40 bytes) is no picture that this browser decodes"), { timeout: 20_000 });
  });

  it("draws floats from their smallest to their largest number, and says so", async () => {
    mount(await viewed("normalized", await put("TYPE_FP32", [1, 3, 32, 32], Float32Array.from({ length: 3072 }, (_, at) => (at === 0 ? -2 : at < 1024 ? 2 : 0)))));
    await says("picture-note", "32 × 32 pixels. Black is −2, white is 2.");
    await vi.waitFor(() => expect(middle("picture-base")).toEqual([255, 128, 128, 255]));
  });

  it("lays a mask over the input of the same item, and says that the two differ in form", async () => {
    const image = await viewed("image", await put("TYPE_STRING", [2, 1], [await encoded(64, 32, "#0000ff"), await encoded(32, 32, "#00ff00")]), { isInput: true });
    mount(await viewed("mask", await masks(), { labels: ["background", "cat", "dog"] }), [image]);
    await says("picture-note", "The picture (64 × 32) is stretched to the mask (32 × 32)");
    await vi.waitFor(() => expect(middle("picture-base")).toEqual([0, 0, 255, 255]));
    expect(middle("picture-mask")).toEqual([230, 159, 0, 255]);
    expect(find("mask-label-1")?.textContent).toBe("cat100.0 %");
    host.querySelector<HTMLElement>("[aria-label='Next item']")?.click();
    await says("mask-label-2", "dog50.0 %");
    await vi.waitFor(() => expect(middle("picture-base")).toEqual([0, 255, 0, 255]));
    expect(find("picture-note")?.textContent).not.toContain("stretched");
    // The background is in the legend, and is drawn once it is wanted.
    expect(middle("picture-mask")[3]).toBe(0);
    host.querySelector<HTMLElement>("[aria-label='Show background']")?.click();
    await vi.waitFor(() => expect(middle("picture-mask")).toEqual([128, 128, 128, 255]));
  });

  it("reads labels off by keys, and is larger or fitted by keys", async () => {
    mount(await viewed("mask", await masks(), { labels: ["background", "cat", "dog"] }));
    await says("picture-readout", "x 16, y 161 cat");
    press("ArrowLeft");
    await says("picture-readout", "x 15, y 161 cat");
    press("+");
    await vi.waitFor(() => expect(find("picture")?.dataset["zoom"]).toBe("2"));
    press("0");
    await vi.waitFor(() => expect(find("picture")?.dataset["zoom"]).toBe("1"));
  });

  it("takes the label of the largest score, and shows numbers that are no labels after all as a picture", async () => {
    const scores = Float32Array.from({ length: 4 * 1024 }, (_, at) => (Math.floor(at / 1024) === 3 ? 0.75 : 0.5));
    mount(await viewed("logits", await put("TYPE_FP32", [1, 4, 32, 32], scores)), []);
    // Four planes are colours while no label has a name.
    await says("picture-note", "Black is 0.5");
    unmount();
    mount(await viewed("logits", await put("TYPE_FP32", [1, 4, 32, 32], scores), { labels: ["a", "b", "c", "d"] }));
    await says("picture-note", "each has the label with the largest value");
    expect(find("mask-label-3")?.textContent).toBe("d100.0 %");
    unmount();
    const nearly = Float32Array.from({ length: 1024 }, (_, at) => (at === 5 ? 1.02 : at % 3));
    mount(await viewed("nearly", await put("TYPE_FP32", [1, 32, 32], nearly)));
    await says("picture-note", "Black is 0, white is 2.");
  });
});
