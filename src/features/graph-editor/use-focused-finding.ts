import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { useStore } from "zustand";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";

/** Selects what a clicked finding is about, and brings it into view. */
export function useFocusedFinding(model: OpenModel, diagnostics: readonly Diagnostic[]): void {
  const { selection } = useApp();
  const focus = useStore(selection, (state) => state.focus);
  const { fitView, getZoom } = useReactFlow();
  const done = useRef(focus);
  useEffect(() => {
    if (focus === null || focus === done.current) return;
    done.current = focus;
    const finding = diagnostics.find(({ id }) => id === focus.diagnostic);
    const { subject } = finding ?? {};
    if (subject === undefined || finding?.model !== model.view.name) return;
    const step = subject.step === undefined ? undefined : model.graph.steps[subject.step];
    const terminal = [...model.graph.inputs, ...model.graph.outputs].find(({ name }) => name === subject.tensor);
    if (focus.fromText) {
      // The cursor has chosen already.
    } else if (subject.tensor !== undefined && model.graph.tensors.some(({ name }) => name === subject.tensor)) selection.getState().selectTensor(subject.tensor);
    else if (step !== undefined) selection.getState().selectNode(step.id);
    const shown = step?.id ?? terminal?.id;
    if (shown !== undefined) void fitView({ nodes: [{ id: shown }], minZoom: getZoom(), maxZoom: getZoom() });
  }, [focus, diagnostics, model, selection, fitView, getZoom]);
}
