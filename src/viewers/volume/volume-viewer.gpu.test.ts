import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TensorSummary } from "../../runtime/protocol.ts";
import { settings } from "../../state/settings.ts";
import { labelMap, type LabelMap } from "../../tensor/label-map.ts";
import { labelVolume } from "./label-volume.ts";
import { VolumeViewer } from "./volume-viewer.tsx";

/** A ball of 100 in nothing, 24 voxels of 2 mm each way, its middle at RAS (10, −20, 30) mm. */
const MIDDLE = [10, -20, 30] as const;
const base = phantom(24, 2, (radius) => (radius < 18 ? 100 : 0));
const mask = phantom(16, 3, (radius) => (radius < 10 ? 1 : 0));

function phantom(size: number, millimetres: number, value: (radius: number) => number) {
  const half = ((size - 1) / 2) * millimetres;
  // First axis to the left, as CT files often have it.
  const affine = [-millimetres, 0, 0, MIDDLE[0] + half, 0, millimetres, 0, MIDDLE[1] - half, 0, 0, millimetres, MIDDLE[2] - half, 0, 0, 0, 1];
  const data = Float32Array.from({ length: size ** 3 }, (_, index) => {
    const place = [Math.floor(index / size ** 2), Math.floor(index / size) % size, index % size];
    return value(Math.hypot(...place.map((at) => at * millimetres - half)));
  });
  return { data, shape: [size, size, size] as const, affine };
}

const summary: TensorSummary = { dataType: "TYPE_FP32", shape: base.shape, count: base.data.length, min: 0, max: 100, mean: 10, nan: 0, infinite: 0, histogram: null };
const props = {
  // A ball is the same in either order of axes.
  base: { name: "IMAGE", voxels: base.data, shape: base.shape, affine: base.affine, range: { low: 0, high: 100 }, summary },
  overlays: [labelVolume(ballMap(), { name: "MASK", shape: mask.shape, affine: mask.affine }, ["background", "ball"])],
};

function ballMap(): LabelMap {
  const steps = labelMap({ dataType: "TYPE_FP32", shape: mask.shape, data: mask.data }, mask.shape, mask.affine);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value!;
}

// Without this a canvas reads as empty outside of the frame that drew it.
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function kept(this: HTMLCanvasElement, kind: string, options?: object) {
  return (getContext as (kind: string, options?: object) => RenderingContext | null).call(this, kind, { ...options, preserveDrawingBuffer: true });
} as typeof getContext;

let host: HTMLElement;
let unmount: () => void;

function mount(): void {
  host = document.createElement("div");
  host.style.cssText = "width: 720px; height: 480px";
  document.body.append(host);
  const root = createRoot(host);
  root.render(createElement(MantineProvider, null, createElement(VolumeViewer, props)));
  unmount = () => {
    root.unmount();
    host.remove();
  };
}

const viewer = () => host.querySelector<HTMLElement>("[data-testid=volume-viewer]");
const drawn = () => vi.waitFor(() => expect(viewer()?.dataset.drawn).toBe("true"), { timeout: 30_000, interval: 50 });

/** How many pixels of the picture are bright, and how many are coloured as labels are. */
function pixels(): { bright: number; orange: number } {
  const canvas = host.querySelector("canvas") as HTMLCanvasElement;
  const copy = document.createElement("canvas");
  Object.assign(copy, { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let [bright, orange] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
    if (red > 150 && Math.abs(red - green) < 12 && Math.abs(red - blue) < 12) bright++;
    if (red > 120 && red - blue > 60 && green - blue > 40) orange++;
  }
  return { bright, orange };
}

describe("the volume viewer", () => {
  beforeEach(() => {
    settings.getState().setLanguage("en");
    mount();
  });
  afterEach(() => unmount());

  it("draws the volume and its label, and hides the label when it is unticked", async () => {
    await drawn();
    const shown = pixels();
    expect(shown.bright).toBeGreaterThan(1000);
    expect(shown.orange).toBeGreaterThan(500);

    host.querySelector<HTMLInputElement>("input[aria-label='Show ball of MASK']")?.click();
    await vi.waitFor(() => expect(pixels().orange).toBe(0), { timeout: 10_000 });
    expect(pixels().bright).toBeGreaterThan(shown.bright);
  });

  it("says where the label is and how large", async () => {
    await drawn();
    const centroid = (viewer()?.getAttribute("data-label-1-centroid") ?? "").split(",").map(Number);
    MIDDLE.forEach((mm, axis) => expect(centroid[axis]).toBeCloseTo(mm, 1));
    expect(Number(viewer()?.getAttribute("data-label-1-ml"))).toBeCloseTo((mask.data.filter((value) => value === 1).length * 27) / 1000, 3);
  });

  it("begins with the crosshair in the label and moves it by keys", async () => {
    await drawn();
    const place = () => (host.querySelector<HTMLElement>("[data-testid=volume-location]")?.dataset.mm ?? "").split(",").map(Number);
    const before = place();
    MIDDLE.forEach((mm, axis) => expect(Math.abs((before[axis] as number) - mm)).toBeLessThan(2));
    expect(host.querySelector("[data-testid=volume-location]")?.textContent).toContain("1 ball");
    const picture = host.querySelector("[data-testid=volume-picture]") as HTMLElement;
    picture.dispatchEvent(new KeyboardEvent("keydown", { key: "PageUp", bubbles: true }));
    await vi.waitFor(() => expect(Math.abs((place()[2] as number) - (before[2] as number) - 2)).toBeLessThanOrEqual(1));
    picture.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
    // Radiological: the left of the picture is the patient's right.
    await vi.waitFor(() => expect(Math.abs((place()[0] as number) - (before[0] as number) - 2)).toBeLessThanOrEqual(1));
  });
});

it("gives its WebGL context back: 20 viewers one after the other lose none that is in use", async () => {
  const lost: string[] = [];
  const warn = vi.spyOn(console, "warn").mockImplementation((...text) => void lost.push(text.join(" ")));
  const contexts: WebGL2RenderingContext[] = [];
  for (let round = 0; round < 20; round++) {
    mount();
    await drawn();
    const canvas = host.querySelector("canvas") as HTMLCanvasElement;
    const context = canvas.getContext("webgl2") as WebGL2RenderingContext;
    expect(context.isContextLost(), `round ${round}`).toBe(false);
    contexts.push(context);
    unmount();
  }
  await vi.waitFor(() => expect(contexts.filter((context) => !context.isContextLost())).toHaveLength(0), { timeout: 10_000 });
  warn.mockRestore();
  expect(lost.filter((text) => text.includes("context"))).toEqual([]);
});
