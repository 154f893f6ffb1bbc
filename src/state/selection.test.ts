import { describe, expect, it } from "vitest";
import { createSelectionStore } from "./selection.ts";

const VIEWPORT = { x: 10, y: -20, zoom: 0.8 };

/** outer with its step inner selected, entered, and inner's step net entered in turn. */
function entered() {
  const { getState } = createSelectionStore();
  getState().openModel("outer");
  getState().selectNode("step:inner");
  getState().keepViewport(VIEWPORT);
  getState().enterModel("inner");
  getState().selectTensor("image");
  getState().enterModel("net");
  return getState;
}

const trailOf = ({ trail }: ReturnType<ReturnType<typeof entered>>): string[] => trail.map(({ model }) => model);

describe("the trail of models that were entered from one another", () => {
  it("begins with the model that was opened", () => {
    const state = entered()();
    expect([...trailOf(state), state.model]).toEqual(["outer", "inner", "net"]);
    expect(state).toMatchObject({ node: null, tensor: null, viewport: null });
  });

  it("leads up to each model as it was left", () => {
    const getState = entered();
    getState().leaveTo();
    expect(getState()).toMatchObject({ model: "inner", node: null, tensor: "image", viewport: null });
    expect(trailOf(getState())).toEqual(["outer"]);
    getState().leaveTo();
    expect(getState()).toMatchObject({ model: "outer", node: "step:inner", nodes: ["step:inner"], tensor: null, viewport: VIEWPORT });
    getState().leaveTo();
    expect(getState()).toMatchObject({ model: "outer", trail: [] });
  });

  it("leads to any of its parts at once", () => {
    const getState = entered();
    getState().leaveTo(0);
    expect(getState()).toMatchObject({ model: "outer", node: "step:inner", trail: [] });
  });

  it("does not go from a model into itself", () => {
    const getState = entered();
    getState().enterModel("net");
    expect(trailOf(getState())).toEqual(["outer", "inner"]);
  });

  it("begins anew with a model that is opened by itself", () => {
    const getState = entered();
    getState().openModel("other");
    expect(getState()).toMatchObject({ model: "other", trail: [] });
  });
});

describe("what is to be shown", () => {
  it("is selected, and wanted until it is in view", () => {
    const { getState } = createSelectionStore();
    getState().openModel("outer");
    getState().show({ node: "step:net" });
    expect(getState()).toMatchObject({ node: "step:net", tensor: null, wanted: { node: "step:net", tensor: null } });
    getState().show({ tensor: "image" });
    expect(getState()).toMatchObject({ node: null, tensor: "image", wanted: { node: null, tensor: "image" } });
    getState().wasShown();
    expect(getState()).toMatchObject({ tensor: "image", wanted: null });
  });
});
