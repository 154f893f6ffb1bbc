import { Combobox, Popover, Text, TextInput, useCombobox } from "@mantine/core";
import { useEffect, useState } from "react";
import { fittingSteps } from "../../state/ensemble-edits.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { cycleProblem, type StepFit } from "../../triton/ensemble/step-fit.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Spot } from "./canvas-verbs.ts";
import { wireEndOf, type PortEnd } from "./gestures.ts";
import { SpotAnchor } from "./spot-anchor.tsx";

interface Props {
  /** The port from which a wire was drawn that the step is to take. */
  readonly port?: PortEnd;
  /** The wire that the step is to stand in. */
  readonly tensor?: string;
  readonly spot: Spot;
  readonly model: OpenModel;
  onChoose(model: string): void;
  /** The wire is to end at a new input or output of the ensemble. */
  onExpose(): void;
  onClose(): void;
}

/** An option's value for a new input or output; no model has a name with a slash. */
const EXPOSE = "/";

/** The models of the repository for a new step, to be searched: those that fit first, the others dimmed with the reason. */
export function StepChooser({ port, tensor, spot, model, onChoose, onExpose, onClose }: Props) {
  const t = useMessages(graphEditorMessages);
  const [search, setSearch] = useState("");
  const combobox = useCombobox({ opened: true });
  const words = search.trim().toLowerCase();
  const fits = fitsOf(model, port).filter(({ model: name }) => name.toLowerCase().includes(words));
  const exposes = port !== undefined && words === "" && model.graph.steps.some(({ id }) => id === port.node);
  const title = port !== undefined ? (fits.some((fit) => !("problem" in fit)) || words !== "" ? t("addStepFor", { port: port.port }) : t("noStepFits")) : tensor === undefined ? t("addStep") : t("insertInto", { tensor });
  const { selectFirstOption } = combobox;
  const first = exposes ? EXPOSE : fits[0]?.model;
  useEffect(() => {
    if (first !== undefined) selectFirstOption();
  }, [first, selectFirstOption]);
  return (
    <Popover opened onChange={(opened) => opened || onClose()} position="bottom-start" trapFocus withinPortal width={320}>
      <Popover.Target>
        <SpotAnchor spot={spot} />
      </Popover.Target>
      <Popover.Dropdown p={4} data-testid="step-chooser" aria-label={title}>
        <Combobox store={combobox} onOptionSubmit={(value) => (value === EXPOSE ? onExpose() : onChoose(value))}>
          <Combobox.EventsTarget>
            <TextInput data-autofocus aria-label={title} placeholder={title} value={search} onFocus={() => selectFirstOption()} onChange={(event) => setSearch(event.currentTarget.value)} autoComplete="off" spellCheck={false} />
          </Combobox.EventsTarget>
          <Combobox.Options mah={300} mt={4} style={{ overflowY: "auto" }} aria-label={title}>
            {exposes && <Combobox.Option value={EXPOSE}>{t(port.side === "in" ? "newInput" : "newOutput", { port: port.port })}</Combobox.Option>}
            {fits.map((fit) => (
              <Combobox.Option key={fit.model} value={fit.model} disabled={"problem" in fit}>
                <Text component="span" ff="monospace" size="sm">{"port" in fit && fit.port !== "" ? `${fit.model} · ${fit.port}` : fit.model}</Text>
                {"problem" in fit && <Text component="span" size="xs" display="block">{fit.problem}</Text>}
              </Combobox.Option>
            ))}
            {fits.length === 0 && !exposes && <Combobox.Empty>{t("noModels")}</Combobox.Empty>}
          </Combobox.Options>
        </Combobox>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Without a wire any model fits that does not hold the ensemble. */
function fitsOf(model: OpenModel, port: PortEnd | undefined): readonly StepFit[] {
  const wire = port && wireEndOf(model, port);
  if (wire !== undefined) return fittingSteps(model, wire);
  const { graphModels } = model.repository;
  const all = [...graphModels.keys()].map((name): StepFit => {
    const problem = cycleProblem(model.view.name, name, graphModels);
    return problem === undefined ? { model: name, port: "" } : { model: name, problem };
  });
  return [...all.filter((fit) => "port" in fit), ...all.filter((fit) => "problem" in fit)];
}
