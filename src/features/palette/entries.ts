import { notifications } from "@mantine/notifications";
import { textOf } from "../../base/errors.ts";
import type { Chord, Wording } from "../../state/commands.ts";
import { openModelOf, type OpenModel } from "../../state/open-model.ts";
import type { Language } from "../../state/settings.ts";
import type { App } from "../../ui/app-context.ts";
import { commandMessages } from "../../ui/catalogue/commands.messages.ts";
import { paletteMessages } from "../../ui/catalogue/palette.messages.ts";
import { wording } from "../../ui/catalogue/section.ts";
import { goToFinding } from "../../ui/go-to-finding.ts";

/** Something to choose in the palette. */
export interface PaletteEntry {
  /** Stable from one opening of the palette to the next. */
  readonly id: string;
  readonly kind: "command" | "model" | "step" | "tensor" | "input" | "output" | "file" | "finding";
  readonly title: string;
  /** The same in the other language, in which it is found as well. */
  readonly other: string;
  /** More to know it by: the model of a step, the file of a finding. */
  readonly detail?: string;
  readonly chord?: Chord;
  /** Why it is not possible now; absent where it is. */
  readonly problem?: string;
  run(): void;
}

/** Everything that there is to choose: commands, then models, the parts of the open one, text files, findings. */
export function paletteEntries(app: App, language: Language): readonly PaletteEntry[] {
  const { commands, document, derivation, selection, panes } = app;
  const { files, origin } = document.getState();
  const view = derivation.repository(files, origin?.emptyFolders);
  const open = openModelOf(derivation, view, selection.getState().model);
  const entry = (kind: PaletteEntry["kind"], id: string, title: Wording, run: () => void, detail?: string): PaletteEntry => ({
    id,
    kind,
    title: title(language),
    other: title(language === "en" ? "zh" : "en"),
    ...(detail !== undefined && { detail }),
    run,
  });

  const entries: PaletteEntry[] = [];
  for (const command of commands.getState().commands.values()) {
    if (command.listed === false) continue;
    const problem = command.problem?.()?.(language);
    const [chord] = command.keys ?? [];
    entries.push({ ...entry("command", command.id, command.title, command.run), ...(chord && { chord }), ...(problem !== undefined && { problem }) });
  }
  for (const { name, parsed, directory } of view.models.values()) {
    if (parsed !== undefined || !directory.versions.some((version) => version.files.some((file) => file.endsWith(".onnx")))) continue;
    entries.push(entry("command", `make-config:${name}`, wording(commandMessages, "makeConfig", { model: name }), () => makeConfig(app, name, language)));
  }
  for (const { name, isEnsemble, backend } of view.models.values()) {
    const run = (): void => {
      const { model, openModel, enterModel } = selection.getState();
      if (name !== model && open?.graph.steps.some(({ modelName }) => modelName === name) === true) enterModel(name);
      else openModel(name);
      panes.getState().showPicture();
    };
    entries.push(entry("model", `model:${name}`, wording(paletteMessages, "openModel", { name }), run, isEnsemble ? "ensemble" : backend.backend));
  }
  if (open !== undefined) entries.push(...partsOf(open, app, entry));
  for (const { path, text } of files.values()) {
    if (text === undefined || text === "") continue;
    const model = path.split("/")[0] ?? "";
    const run = (): void => {
      const { model: shown, openModel, openFile } = selection.getState();
      if (model !== shown && view.models.has(model)) openModel(model);
      openFile(path);
      panes.getState().showText();
    };
    entries.push(entry("file", `file:${path}`, wording(paletteMessages, "openFile", { name: path }), run));
  }
  for (const finding of view.diagnostics) {
    entries.push(entry("finding", `finding:${finding.id}`, wording(paletteMessages, "goToFinding", { message: finding.message }), () => goToFinding(finding, app), `${finding.file} ${finding.code}`));
  }
  return entries;
}

function makeConfig({ session }: App, model: string, language: Language): void {
  session.describeModel(model).catch((thrown: unknown) => {
    const title = wording(commandMessages, "noConfig", { model })(language);
    notifications.show({ color: "red", title, message: textOf(thrown), autoClose: false, role: "alert" });
  });
}

/** Steps, inputs, outputs and wires of the open model. */
function partsOf(
  { graph, view }: OpenModel,
  { selection, panes }: App,
  entry: (kind: PaletteEntry["kind"], id: string, title: Wording, run: () => void, detail?: string) => PaletteEntry,
): PaletteEntry[] {
  const show = (target: { node: string } | { tensor: string }) => (): void => {
    selection.getState().show(target);
    panes.getState().showPicture();
  };
  const steps = view.isEnsemble ? graph.steps : [];
  const known = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  return [
    ...steps.map(({ id }) => entry("step", id, wording(paletteMessages, "goToStep", { name: id.slice("step:".length) }), show({ node: id }), view.name)),
    ...graph.inputs.map(({ id, name }) => entry("input", id, wording(paletteMessages, "goToInput", { name }), show({ node: id }), view.name)),
    ...graph.outputs.map(({ id, name }) => entry("output", id, wording(paletteMessages, "goToOutput", { name }), show({ node: id }), view.name)),
    ...graph.tensors.filter(({ name }) => !known.has(name)).map(({ name }) => entry("tensor", `tensor:${name}`, wording(paletteMessages, "goToTensor", { name }), show({ tensor: name }), view.name)),
  ];
}
