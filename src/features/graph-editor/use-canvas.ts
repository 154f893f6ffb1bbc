import { useLayoutEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { OpenModel } from "../../state/open-model.ts";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { translator } from "../../ui/catalogue/section.ts";
import { useDiagnostics } from "../../ui/open-model.ts";
import { createCanvas, type Canvas, type Shown } from "./canvas.ts";
import { useFirstFit } from "./use-first-fit.ts";

/** The canvas of a model, which shows its present texts, places and choice. */
export function useCanvas(model: OpenModel): Canvas {
  const { document, selection } = useApp();
  const diagnostics = useDiagnostics();
  const language = useStore(settings, (state) => state.language);
  const hand = useStore(document, (state) => state.positions[model.view.name]);
  const chosen = useStore(selection, (state) => state.nodes);
  const shown = useMemo((): Shown => {
    const t = translator(graphEditorMessages, language);
    return {
      model,
      diagnostics,
      hand,
      nodeLabel: ({ kind, step, terminal, backend = "" }) => {
        if (step !== undefined) return t("stepNode", { name: step.modelName, backend });
        return t(kind === "input" ? "inputNode" : "outputNode", { name: terminal?.name ?? "" });
      },
      edgeLabel: ({ tensor, source, target }) => t("wire", { tensor: tensor.name, from: plain(source), to: plain(target) }),
    };
  }, [model, diagnostics, hand, language]);
  const [canvas] = useState(() => {
    const created = createCanvas(shown);
    created.settle();
    return created;
  });
  useLayoutEffect(() => canvas.show(shown), [canvas, shown]);
  useLayoutEffect(() => canvas.choose(chosen), [canvas, chosen]);
  useFirstFit(canvas);
  return canvas;
}

function plain(node: string): string {
  return node.slice(node.indexOf(":") + 1);
}
