import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settings } from "../../state/settings.ts";
import "@mantine/core/styles.css";
import "../../ui/theme.css";
import type { ViewedTensor } from "../viewer.ts";
import { Scores } from "./scores.tsx";

let host: HTMLElement;
let unmount = () => {};

beforeEach(() => {
  settings.getState().setLanguage("en");
  host = document.createElement("main");
  document.body.append(host);
});
afterEach(() => {
  unmount();
  host.remove();
});

function mount(shape: readonly number[], values: readonly number[], labels?: readonly string[]): void {
  const unused = () => Promise.reject(new Error("not asked for"));
  const tensor: ViewedTensor = {
    name: "classification", batched: true, ...(labels && { labels }),
    summary: { dataType: "TYPE_FP32", shape, count: values.length, min: 0, max: 1, mean: 0, nan: 0, infinite: 0, histogram: null },
    loadData: () => Promise.resolve(Float32Array.from(values)),
    loadIntensities: unused, loadLabels: unused, loadPicture: unused, loadMask: unused,
  };
  const root = createRoot(host);
  root.render(createElement(MantineProvider, null, createElement(Scores, { tensor, companions: [] })));
  unmount = () => root.unmount();
}

const rows = () => [...host.querySelectorAll("li")].map((row) => row.textContent);
const widths = () => [...host.querySelectorAll<HTMLElement>("li [style]")].map(({ style }) => style.width);
const show = (expected: readonly string[]) => vi.waitFor(() => expect(rows()).toEqual(expected), { timeout: 20_000 });

describe("the viewer of scores", () => {
  it("lists the five largest probabilities with their names, as parts of 1", async () => {
    mount([1, 8], [0.125, 0.5, 0, 0, 0.25, 0.0625, 0.0625, 0], ["a", "b", "", "d", "e"]);
    await show(["b0.5", "e0.25", "a0.125", "Class 50.0625", "Class 60.0625"]);
    expect(widths()).toEqual(["50%", "25%", "12.5%", "6.25%", "6.25%"]);
    expect(host.querySelector("[role=switch]")).toBeNull();
  });

  it("makes other numbers probabilities on demand, and goes through a batch", async () => {
    mount([2, 3], [0, Math.log(3), -4, 2, 2, 2]);
    await show(["Class 11.09861", "Class 00", "Class 2−4"]);
    expect(widths()[2]).toBe("100%");
    host.querySelector<HTMLElement>("[role=switch]")?.click();
    await vi.waitFor(() => expect(rows()[0]).toMatch(/^Class 10\.74/));
    host.querySelector<HTMLElement>("[aria-label='Next item']")?.click();
    await vi.waitFor(() => expect(rows()[0]).toBe("Class 00.333333"));
  });

  it("lists NaN last, without a bar", async () => {
    mount([1, 3], [NaN, 1, -1]);
    await show(["Class 11", "Class 2−1", "Class 0NaN"]);
    expect(widths()).toEqual(["100%", "100%", "0%"]);
  });
});
