import { Menu, Text } from "@mantine/core";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { fittingSteps, type PortEnd } from "./gestures.ts";

/** Where a wire was dropped, and the port that it comes from. */
export interface StepOffer {
  readonly port: PortEnd;
  readonly clientX: number;
  readonly clientY: number;
}

/** The models of the repository for a wire that was dropped where nothing is: those that fit first, the others dimmed with the reason. */
export function AddStepMenu({ offer, model, onChoose, onClose }: { offer: StepOffer; model: OpenModel; onChoose(name: string): void; onClose(): void }) {
  const t = useMessages(graphEditorMessages);
  const fits = fittingSteps(model, offer.port);
  return (
    <Menu opened onClose={onClose} position="bottom-start" withinPortal>
      <Menu.Target>
        <span style={{ position: "fixed", left: offer.clientX, top: offer.clientY, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown data-testid="add-step-menu" mah={320} style={{ overflow: "auto" }}>
        <Menu.Label>{fits.some((fit) => "port" in fit) ? t("addStepFor", { port: offer.port.port }) : t("noStepFits")}</Menu.Label>
        {fits.map((fit) => (
          <Menu.Item key={fit.model} ff="monospace" disabled={"problem" in fit} onClick={() => onChoose(fit.model)}>
            {"port" in fit ? `${fit.model} · ${fit.port}` : fit.model}
            {"problem" in fit && <Text component="span" size="xs" display="block">{fit.problem}</Text>}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
