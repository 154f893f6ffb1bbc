import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
import { ConchError } from "../../base/errors.ts";
import { settings } from "../../state/settings.ts";
import type { LoadOptions, ViewedTensor } from "../viewer.ts";
import { Volume } from "./volume.tsx";

const unused = () => Promise.reject(new Error("not asked for"));
const loadIntensities = vi.fn<ViewedTensor["loadIntensities"]>();
const image: ViewedTensor = {
  name: "IMAGE",
  summary: { dataType: "TYPE_FP32", shape: [2, 2, 2], count: 8, min: -7.5, max: 1, mean: 0, nan: 0, infinite: 0, histogram: null },
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  loadData: unused,
  loadIntensities,
  loadLabels: unused,
  loadPicture: unused,
  loadMask: unused,
};

/** Half of it comes, and no more until it is cancelled. */
const half = ({ signal, progress }: LoadOptions): Promise<never> =>
  new Promise((_, reject) => {
    progress?.(0.5);
    signal?.addEventListener("abort", () => reject(new ConchError("CANCELLED", "cancelled")));
  });

let unmount = () => {};
afterEach(() => unmount());

it("tells how far a long wait is, ends it, and tries again", async () => {
  settings.getState().setLanguage("en");
  loadIntensities.mockImplementation(half);
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  unmount = () => {
    root.unmount();
    host.remove();
  };
  root.render(createElement(MantineProvider, null, createElement(Volume, { tensor: image, companions: [image] })));
  const button = (name: string) => [...host.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  const bar = () => host.querySelector("[role=progressbar]");
  await vi.waitFor(() => expect(bar()?.getAttribute("aria-valuenow")).toBe("50"), { timeout: 10_000 });
  expect(bar()?.getAttribute("aria-label")).toBe("Volumes made");
  button("Cancel")?.click();
  await vi.waitFor(() => expect(host.textContent).toContain("that was cancelled"));
  expect(bar()).toBeNull();

  loadIntensities.mockResolvedValue(new Int16Array(8));
  button("Try again")?.click();
  await vi.waitFor(() => expect(host.querySelector("[data-testid=volume-viewer]")).not.toBeNull(), { timeout: 10_000 });
  expect(loadIntensities).toHaveBeenCalledTimes(2);
});
