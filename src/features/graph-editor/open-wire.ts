import { resultOf } from "../../state/open-model.ts";
import type { App } from "../../ui/app-context.ts";

/** Selects a wire and, where the last run left its tensor, opens that in the results. */
export function openWire(selection: App["selection"], session: App["session"], model: string, tensor: string): void {
  selection.getState().selectTensor(tensor);
  const result = resultOf(session.getState().run, model, tensor);
  if (result !== undefined) selection.getState().openResult(result.id);
}
