import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settings } from "../../state/settings.ts";
import type { TensorData } from "../../tensor/data-type.ts";
import "@mantine/core/styles.css";
import "../../ui/theme.css";
import type { ViewedTensor } from "../viewer.ts";
import { Texts } from "./text.tsx";

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

function viewed(name: string, dataType: "TYPE_STRING" | "TYPE_FP32", data: TensorData): ViewedTensor {
  const unused = () => Promise.reject(new Error("not asked for"));
  return {
    name,
    summary: { dataType, shape: [data.length, 1], count: data.length, min: null, max: null, mean: null, nan: 0, infinite: 0, histogram: null },
    loadData: () => Promise.resolve(data),
    loadIntensities: unused, loadLabels: unused, loadPicture: unused, loadMask: unused,
  };
}

function mount(tensor: ViewedTensor, companions: readonly ViewedTensor[]): void {
  const root = createRoot(host);
  root.render(createElement(MantineProvider, null, createElement(Texts, { tensor, companions })));
  unmount = () => root.unmount();
}

const rows = () => [...host.querySelectorAll("li")].map((row) => row.textContent);
const utf8 = (text: string) => new TextEncoder().encode(text);

describe("the viewer of texts", () => {
  it("shows each text with its scores, and bars where all are from 0 to 1", async () => {
    const texts = [utf8("Mud."), utf8(""), Uint8Array.of(0xff, 0)];
    const numbers = [["ease", Float32Array.of(0.5, 1.5, NaN)], ["share", Float32Array.of(0.5, 1, NaN)], ["other", new Float32Array(2)]] as const;
    mount(viewed("excerpt", "TYPE_STRING", texts), numbers.map(([name, data]) => viewed(name, "TYPE_FP32", data)));
    await vi.waitFor(
      () => expect(rows()).toEqual(["Mud.ease0.5share0.5", "emptyease1.5share1", "ff 00No UTF-8 text: 2 bytes, shown as hexadecimal numbers.easeNaNshareNaN"]),
      { timeout: 20_000 },
    );
    expect([...host.querySelectorAll<HTMLElement>("dd [style]")].map(({ style }) => style.width)).toEqual(["50%", "100%"]);
  });

  it("shows the first texts of many, and more on demand", async () => {
    mount(viewed("excerpt", "TYPE_STRING", Array.from({ length: 120 }, (_, n) => utf8(String(n)))), []);
    await vi.waitFor(() => expect(rows()).toHaveLength(50), { timeout: 20_000 });
    host.querySelector<HTMLElement>("button")?.click();
    await vi.waitFor(() => expect(rows()).toHaveLength(100));
  });
});
