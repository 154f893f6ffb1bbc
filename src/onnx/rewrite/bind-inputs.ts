import { makeValue } from "../encode.ts";
import type { OnnxValue } from "../model.ts";
import type { Rewrite } from "./rewrite.ts";

/** Writes the bound shapes into the graph's inputs, so that ONNX Runtime folds the shape arithmetic that it would otherwise run on the CPU. */
export const bindInputs: Rewrite = {
  name: "bind-inputs",
  apply(model, { inputShapes }) {
    const bound: string[] = [];
    const inputs = model.graph.inputs.map((input): OnnxValue => {
      const shape = inputShapes.get(input.name);
      const same = shape === undefined || (input.shape?.length === shape.length && input.shape.every((size, i) => size === shape[i]));
      if (same || input.kind !== "tensor") return input;
      bound.push(`${input.name} [${shape.join(", ")}]`);
      return makeValue(input.name, input.elementType, shape);
    });
    if (bound.length === 0) return { model, nodes: [], reason: "" };
    return {
      model: { ...model, graph: { ...model.graph, inputs } },
      nodes: bound,
      reason: "The symbolic dimensions have the sizes of this request, so that no shape is computed at run time",
    };
  },
};
