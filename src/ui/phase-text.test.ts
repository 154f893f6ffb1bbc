import { describe, expect, it } from "vitest";
import { placementMessages } from "./catalogue/placement.messages.ts";
import { translator } from "./catalogue/section.ts";
import { phaseText } from "./phase-text.ts";

describe("what a step is doing", () => {
  const en = translator(placementMessages, "en");
  const zh = translator(placementMessages, "zh");

  it("has the whole per cent of weights that are loaded, where that is known", () => {
    const progress = { step: "0", phase: "loading", at: 1, fraction: 0.4399 } as const;
    expect([phaseText("loading", progress, en), phaseText("loading", progress, zh)]).toEqual(["loading 43 %", "已加载 43 %"]);
    expect(phaseText("loading", { step: "0", phase: "loading", at: 1 }, en)).toBe("loading");
  });

  it("names the server that it waits for", () => {
    expect(phaseText("waiting", { step: "0", phase: "waiting", at: 1, server: "lab" }, en)).toBe("waiting for server lab");
    expect(phaseText("done", undefined, en)).toBe("done");
  });
});
