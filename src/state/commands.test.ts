import { describe, expect, it } from "vitest";
import { createCommandsStore, type Command } from "./commands.ts";

const command = (id: string): Command => ({ id, title: () => id, where: "window", run: () => undefined });

describe("commands", () => {
  it("are there while the feature that has them is", () => {
    const store = createCommandsStore();
    const leave = store.getState().register([command("a"), command("b")]);
    store.getState().register([command("c")]);
    expect([...store.getState().commands.keys()]).toEqual(["a", "b", "c"]);
    leave();
    expect([...store.getState().commands.keys()]).toEqual(["c"]);
  });

  it("have ids of their own", () => {
    const store = createCommandsStore();
    store.getState().register([command("a")]);
    expect(() => store.getState().register([command("b"), command("a")])).toThrow("The command a is registered already");
    expect([...store.getState().commands.keys()]).toEqual(["a"]);
  });

  it("used of late come first, each once, and no more than can be looked over", () => {
    const { getState } = createCommandsStore();
    for (const id of ["a", "b", "a", "c", "d", "e", "f", "g", "h", "i"]) getState().used(id);
    expect(getState().recent).toEqual(["i", "h", "g", "f", "e", "d", "c", "a"]);
  });
});
