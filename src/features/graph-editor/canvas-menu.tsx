import { Menu, Text } from "@mantine/core";
import { Fragment } from "react";
import { resultOf, type OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { CANVAS_KEYS } from "../../ui/canvas-keys.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { keyNames } from "../../ui/key-names.ts";
import type { Spot } from "./canvas-verbs.ts";
import { SpotAnchor } from "./spot-anchor.tsx";
import { ACTION_KEYS, actionsOf, type CanvasAction, type Target } from "./targets.ts";

interface Props {
  readonly target: Target;
  readonly spot: Spot;
  readonly model: OpenModel;
  onChoose(action: CanvasAction): void;
  onClose(): void;
}

/** What can be done with a part of the canvas, with the keys that do the same. */
export function CanvasMenu({ target, spot, model, onChoose, onClose }: Props) {
  const t = useMessages(graphEditorMessages);
  const { session } = useApp();
  const { run } = session.getState();
  const groups = actionsOf(target, model, (tensor) => resultOf(run, model.view.name, tensor) !== undefined);
  return (
    <Menu opened onClose={onClose} position="bottom-start" returnFocus={false} withinPortal>
      <Menu.Target>
        <SpotAnchor spot={spot} />
      </Menu.Target>
      <Menu.Dropdown data-testid="canvas-menu">
        <Menu.Label>{labelOf(target, t("ground"), t("nodes", { count: target.kind === "nodes" ? target.nodes.length : 0 }))}</Menu.Label>
        {groups.map((group, index) => (
          <Fragment key={group[0]}>
            {index > 0 && <Menu.Divider />}
            {group.map((action) => {
              const key = ACTION_KEYS[action];
              return (
                <Menu.Item
                  key={action}
                  color={action === "remove" ? "var(--conch-error)" : undefined}
                  rightSection={key && <Text component="span" size="xs" c="dimmed">{keyNames(CANVAS_KEYS[key])}</Text>}
                  onClick={() => onChoose(action)}
                >
                  {t(`do-${action}`)}
                </Menu.Item>
              );
            })}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function labelOf(target: Target, ground: string, nodes: string): string {
  switch (target.kind) {
    case "ground":
      return ground;
    case "nodes":
      return target.nodes.length === 1 ? (target.nodes[0] ?? "").replace(/^\w+:/, "") : nodes;
    case "port":
      return target.port.port;
    case "wire":
      return target.tensor;
  }
}
