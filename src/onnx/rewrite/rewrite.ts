import type { OnnxModel } from "../model.ts";
import type { ExternalBytes } from "../tensor-values.ts";

/** One change that a rewrite made, for the interface. */
export interface RewriteChange {
  /** The rewrite's name: "conv-transpose-to-conv". */
  readonly rewrite: string;
  /** Nodes (or inputs) that it concerned. */
  readonly nodes: readonly string[];
  /** Why, in a sentence. */
  readonly reason: string;
}

/** What a rewrite may know besides the model. */
export interface RewriteContext {
  /** Concrete shapes of the model's inputs, where they are bound. */
  readonly inputShapes: ReadonlyMap<string, readonly number[]>;
  readonly external?: ExternalBytes | undefined;
}

/** A model → model function that keeps what the model computes. It gives the same model back where it finds nothing to change. */
export interface Rewrite {
  readonly name: string;
  apply(model: OnnxModel, context: RewriteContext): { model: OnnxModel; nodes: readonly string[]; reason: string };
}

/** Applies the rewrites in order. `changes` lists those that changed something. */
export function rewriteModel(
  model: OnnxModel,
  context: RewriteContext,
  rewrites: readonly Rewrite[],
): { model: OnnxModel; changes: RewriteChange[] } {
  const changes: RewriteChange[] = [];
  let current = model;
  for (const rewrite of rewrites) {
    const { model: next, nodes, reason } = rewrite.apply(current, context);
    if (next === current) continue;
    current = next;
    changes.push({ rewrite: rewrite.name, nodes, reason });
  }
  return { model: current, changes };
}
