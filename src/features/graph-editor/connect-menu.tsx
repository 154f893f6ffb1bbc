import { Menu } from "@mantine/core";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { OpenModel } from "../../state/open-model.ts";
import type { Spot } from "./canvas-verbs.ts";
import { fittingPorts, type PortEnd } from "./gestures.ts";
import { SpotAnchor } from "./spot-anchor.tsx";

interface Props {
  readonly port: PortEnd;
  readonly spot: Spot;
  readonly model: OpenModel;
  onChoose(port: PortEnd): void;
  onClose(): void;
}

/** The ports to which a wire from a port can lead; the keyboard's way to connect. */
export function ConnectMenu({ port, spot, model, onChoose, onClose }: Props) {
  const t = useMessages(graphEditorMessages);
  const ports = fittingPorts(model, port);
  return (
    <Menu opened onClose={onClose} position="bottom-start" returnFocus={false} withinPortal>
      <Menu.Target>
        <SpotAnchor spot={spot} />
      </Menu.Target>
      <Menu.Dropdown data-testid="connect-menu" mah={320} style={{ overflow: "auto" }}>
        <Menu.Label>{ports.length === 0 ? t("nothingFits") : t("connectTo", { port: port.port })}</Menu.Label>
        {ports.map((each) => (
          <Menu.Item key={`${each.node}/${each.port}`} ff="monospace" onClick={() => onChoose(each)}>
            {each.title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
