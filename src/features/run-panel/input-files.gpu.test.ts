import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settings } from "../../state/settings.ts";
import type { NamedFile } from "../../state/input-fit.ts";
import { InputFiles } from "./input-files.tsx";

let host: HTMLElement;
let root: Root;

beforeEach(() => {
  settings.getState().setLanguage("en");
  host = document.createElement("main");
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => {
  root.unmount();
  host.remove();
  vi.restoreAllMocks();
});

const show = (files: readonly NamedFile[]) => root.render(createElement(MantineProvider, null, createElement(InputFiles, { files })));
const images = () => [...host.querySelectorAll("img")];

async function picture(name: string): Promise<NamedFile> {
  const canvas = new OffscreenCanvas(3, 2);
  canvas.getContext("2d");
  // As a file without a type: its bytes say what it is.
  return { name, blob: new Blob([await (await canvas.convertToBlob()).arrayBuffer()]) };
}

describe("the files of an input", () => {
  it("show what is a picture, and the kind of what is none or cannot be decoded", async () => {
    const whole = await picture("cat.bin");
    show([whole, { name: "cut.png", blob: whole.blob.slice(0, 40) }, { name: "scan.nii.gz", blob: new Blob(["x"]) }, { name: "noname", blob: new Blob([]) }]);
    await vi.waitFor(() => expect(images().map(({ naturalWidth }) => naturalWidth)).toEqual([3]), { timeout: 20_000 });
    expect([...host.querySelectorAll("li")].map((item) => item.textContent)).toEqual([`cat.bin${whole.blob.size} B`, "PNGcut.png40 B", "NIIscan.nii.gz1 B", "?noname0 B"]);
  });

  it("give back the addresses of their pictures when they go", async () => {
    const made = vi.spyOn(URL, "createObjectURL");
    const revoked = vi.spyOn(URL, "revokeObjectURL");
    const [a, b] = [await picture("a.png"), await picture("b.png")];
    show([a, b]);
    await vi.waitFor(() => expect(images()).toHaveLength(2), { timeout: 20_000 });
    show([b]);
    await vi.waitFor(() => expect(images()).toHaveLength(1));
    root.unmount();
    await vi.waitFor(() => expect(revoked.mock.calls.flat().sort()).toEqual(made.mock.results.map(({ value }) => String(value)).sort()));
    root = createRoot(host);
  });

  it("are shown in parts where there are many", async () => {
    show(Array.from({ length: 60 }, (_, n) => ({ name: `${n}.txt`, blob: new Blob(["x"]) })));
    await vi.waitFor(() => expect(host.querySelectorAll("li")).toHaveLength(24), { timeout: 20_000 });
    host.querySelector<HTMLElement>("button")?.click();
    await vi.waitFor(() => expect(host.querySelectorAll("li")).toHaveLength(48));
  });
});
