import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { FileEdits } from "../../base/diagnostic.ts";
import { textOf } from "../../base/errors.ts";
import type { NodeMove } from "../../state/document.ts";
import { carriedPlaces, kindEdits, removeNodesEdits } from "../../state/ensemble-edits.ts";
import { openModelOf, type OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { usePresent } from "../../ui/open-model.ts";
import { Part } from "./facts.tsx";
import classes from "./inspector.module.css";

/** Several nodes that were chosen together: what they are, and what can be done with all of them. */
export function NodesPanel({ model, nodes }: { model: OpenModel; nodes: readonly string[] }) {
  const t = useMessages(inspectorMessages);
  const { document, derivation, selection } = useApp();
  const present = usePresent();
  const { graph, view, repository, stale } = model;
  const steps = graph.steps.filter(({ id }) => nodes.includes(id));
  const editable = view.isEnsemble && !stale && view.parsed?.valid === true;
  const placed = steps.length > 0 && steps.every((step) => step.model?.parsed?.valid === true && repository.models.get(step.modelName)?.isEnsemble === false);
  const edit = (edits: (now: OpenModel) => FileEdits[], label: string, moves: (now: OpenModel) => NodeMove[] = () => []): boolean => {
    const now = openModelOf(derivation, present(), view.name) ?? model;
    try {
      document.getState().edit(edits(now), label, { moves: moves(now) });
      return true;
    } catch (thrown) {
      notifications.show({ color: "red", title: t("cannot"), message: textOf(thrown) });
      return false;
    }
  };
  const setKind = (kind: "KIND_GPU" | "KIND_CPU"): void => void edit((now) => kindEdits(now.graph.steps.filter(({ id }) => nodes.includes(id)), kind), "instance-kind");
  const remove = (): void => {
    if (edit((now) => removeNodesEdits(now, nodes), "remove-node", (now) => carriedPlaces(now, nodes, document.getState().positions))) selection.getState().selectNode(null);
  };
  return (
    <>
      <Part title={t("chosen")}>
        <ul className={classes.nodes}>
          {nodes.map((node) => (
            <li key={node}>
              <button type="button" className={classes.end} onClick={() => selection.getState().selectNode(node)}>
                {steps.find(({ id }) => id === node)?.modelName ?? node.slice(node.indexOf(":") + 1)}
              </button>
            </li>
          ))}
        </ul>
      </Part>
      {editable && (
        <Part title={t("together")}>
          <Group gap="xs">
            {placed && <Button variant="default" onClick={() => setKind("KIND_GPU")}>{t("gpu")}</Button>}
            {placed && <Button variant="default" onClick={() => setKind("KIND_CPU")}>{t("cpu")}</Button>}
            <Button variant="default" onClick={remove}>{t("remove")}</Button>
          </Group>
        </Part>
      )}
    </>
  );
}
