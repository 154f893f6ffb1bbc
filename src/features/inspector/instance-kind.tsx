import { SegmentedControl } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import { placementOf } from "../../state/open-model.ts";
import type { GraphModel } from "../../triton/ensemble/graph-model.ts";
import { setInstanceGroupKind } from "../../triton/ensemble/edit.ts";
import { useApp } from "../../ui/app-context.ts";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { placementMessages } from "../../ui/catalogue/placement.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { usePresent } from "../../ui/open-model.ts";
import { Part } from "./facts.tsx";
import classes from "./inspector.module.css";

/** The one line that moves a model between WebGPU and the CPU, and where that puts it, and why. */
export function InstanceKind({ model }: { model: GraphModel }) {
  const t = useMessages(inspectorMessages);
  const p = useMessages(placementMessages);
  const { document, session } = useApp();
  const present = usePresent();
  const decision = useStore(session, (state) => state.placements[model.name]);
  const placement = placementOf(model, decision);
  const kind = model.config.instance_group[0]?.kind ?? "KIND_AUTO";
  const { parsed } = model;
  const editable = parsed?.valid === true;
  const change = (value: string) => {
    const now = present().models.get(model.name)?.parsed;
    if (now === undefined || (value !== "KIND_GPU" && value !== "KIND_CPU")) return;
    try {
      document.getState().edit([{ path: now.file, edits: setInstanceGroupKind(now, value) }], "instance-kind");
    } catch (thrown) {
      notifications.show({ color: "red", title: t("cannot"), message: textOf(thrown) });
    }
  };
  return (
    <Part title={t("runsOn")}>
      <SegmentedControl
        fullWidth
        aria-label={t("kindLabel", { model: model.name })}
        data-testid={`kind-${model.name}`}
        data={[
          { value: "KIND_GPU", label: t("gpu") },
          { value: "KIND_CPU", label: t("cpu") },
        ]}
        value={kind}
        onChange={change}
        disabled={!editable}
      />
      <p className={classes.reason} data-kind={placement.kind} data-testid={`placement-${model.name}`}>
        <strong>{p(placement.kind)}</strong> {editable ? [p(placement.reason), placement.detail].filter((each) => each !== undefined).join(": ") : t("cannotEdit")}
        {!placement.decided && <span className={classes.hint}>{p("configured")}</span>}
      </p>
    </Part>
  );
}
