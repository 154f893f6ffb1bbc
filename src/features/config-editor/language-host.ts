import type { Diagnostic, FileEdits } from "../../base/diagnostic.ts";
import { settings } from "../../state/settings.ts";
import { modelOfFile } from "../../triton/model-config/decode.ts";
import type { LanguageContext, Location } from "../../triton/language/context.ts";
import type { App } from "../../ui/app-context.ts";
import { configEditorMessages } from "../../ui/catalogue/config-editor.messages.ts";
import { translator, type Translate } from "../../ui/catalogue/section.ts";
import { findingsOfFile } from "./findings.ts";
import type { Trail } from "./trail.ts";

/** Texts of the editor in the present language. */
export type EditorTexts = Translate<keyof (typeof configEditorMessages)["en"]>;

/** What the language commands of one file's editor need from the window around it. */
export interface LanguageHost {
  /** Repository path of the file. */
  readonly file: string;
  /** The file's present text, with its own line endings. */
  text(): string;
  /** The repository around the file; undefined where the file is no configuration of a model. */
  context(): LanguageContext | undefined;
  /** The findings of the file. */
  findings(): readonly Diagnostic[];
  /** One entry of the history. */
  edit(edits: readonly FileEdits[], label: string): void;
  readonly trail: Trail;
  /** Opens another file, and moves to the place once its editor is there. */
  open(location: Location): void;
  readonly t: EditorTexts;
}

/** The host of a file's editor in this window. */
export function languageHost({ document, derivation, selection }: App, file: string, trail: Trail): LanguageHost {
  const repository = () => derivation.repository(document.getState().files, document.getState().origin?.emptyFolders);
  const text = () => document.getState().files.get(file)?.text ?? "";
  return {
    file,
    text,
    context: () => {
      const { models, graphModels } = repository();
      const model = models.get(modelOfFile(file) ?? "");
      if (model === undefined || model.directory.config !== file) return undefined;
      return { model: model.name, models: graphModels, directories: directoriesOf(models), served: model.verdict };
    },
    findings: () => findingsOfFile(repository().diagnostics, file, text()),
    edit: (edits, label) => document.getState().edit(edits, label),
    trail,
    open: (location) => {
      trail.head(location);
      const model = selection.getState().model;
      const own = model === null ? undefined : repository().models.get(model)?.directory.config;
      selection.getState().openFile(location.file === own ? null : location.file);
    },
    t: (key, values) => translator(configEditorMessages, settings.getState().language)(key, values),
  };
}

type Models = ReturnType<App["derivation"]["repository"]>["models"];

function directoriesOf(models: Models): NonNullable<LanguageContext["directories"]> {
  return new Map([...models].map(([name, { directory }]) => [name, directory]));
}
