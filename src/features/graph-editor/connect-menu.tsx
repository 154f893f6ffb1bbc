import { Menu } from "@mantine/core";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { fittingPorts, type PortEnd } from "./gestures.ts";

/** Where the list of fitting ports was asked for. */
export interface Offer {
  readonly port: PortEnd;
  /** The port's place on screen, within the canvas. */
  readonly x: number;
  readonly y: number;
  /** Gets the focus back. */
  readonly from: HTMLElement;
}

/** The ports to which a wire from a port can lead; the keyboard's way to connect. */
export function ConnectMenu({ offer, model, onChoose, onClose }: { offer: Offer; model: OpenModel; onChoose(port: PortEnd): void; onClose(): void }) {
  const t = useMessages(graphEditorMessages);
  const ports = fittingPorts(model, offer.port);
  return (
    <Menu
      opened
      onClose={() => {
        onClose();
        offer.from.focus();
      }}
      position="bottom-start"
      returnFocus={false}
      withinPortal
    >
      <Menu.Target>
        <span style={{ position: "absolute", left: offer.x, top: offer.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown data-testid="connect-menu" mah={320} style={{ overflow: "auto" }}>
        <Menu.Label>{ports.length === 0 ? t("nothingFits") : t("connectTo", { port: offer.port.port })}</Menu.Label>
        {ports.map((port) => (
          <Menu.Item key={`${port.node}/${port.port}`} ff="monospace" onClick={() => onChoose(port)}>
            {port.title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
