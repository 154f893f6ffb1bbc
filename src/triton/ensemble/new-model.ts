import type { FileEdits } from "../../base/diagnostic.ts";
import { applyEdits } from "../../base/text-edit.ts";
import { parseConfig } from "../model-config/decode.ts";
import { judgeModelName, LONGEST_NAME } from "../repository/model-name.ts";
import { setValue } from "../pbtxt/edit.ts";
import { impossible } from "./changes.ts";
import { freshName } from "./tensor-uses.ts";

/**
 * The files of a new ensemble without inputs, outputs and steps: its configuration, and the empty version folder that Triton asks for. `taken`
 * are the folders of the repository. `maxBatchSize` 0: no batch dimension. Throws EDIT_IMPOSSIBLE for a name that no new folder can have.
 */
export function newEnsemble(name: string, taken: ReadonlySet<string>, maxBatchSize = 0): FileEdits[] {
  assertFolder(name, taken);
  const empty = parseConfig("", "").tree;
  const fields = [["name", name], ["platform", "ensemble"], ["max_batch_size", maxBatchSize]] as const;
  return [
    { path: `${name}/config.pbtxt`, create: fields.map(([field, value]) => applyEdits("", setValue(empty, [field], value))).join("") },
    { path: `${name}/1/.gitkeep`, create: "" },
  ];
}

/** A model for a lone .onnx file. */
export interface NewOnnxModel {
  /** Directory name. */
  readonly model: string;
  /** Repository path that the .onnx file belongs at. */
  readonly modelFile: string;
  readonly files: readonly FileEdits[];
}

/**
 * A model folder for a lone .onnx file, named after it, with the configuration that was made of it (`loading/make-config.ts`). `taken` are the
 * folders of the repository.
 */
export function newOnnxModel(file: string, configText: string, taken: ReadonlySet<string>): NewOnnxModel {
  const base = (file.split("/").at(-1) ?? "").replace(/\.onnx$/i, "").replaceAll(/[^\w.-]+/g, "_").replace(/^\.+/, "");
  const model = freshName(taken, base === "" ? "model" : base);
  const { tree, config } = parseConfig(configText, `${model}/config.pbtxt`);
  const text = config.name === "" ? configText : applyEdits(configText, setValue(tree, ["name"], model));
  const stored = config.default_model_filename === "" ? "model.onnx" : config.default_model_filename;
  return { model, modelFile: `${model}/1/${stored}`, files: [{ path: `${model}/config.pbtxt`, create: text }] };
}

function assertFolder(name: string, taken: ReadonlySet<string>): void {
  const { refusal } = judgeModelName(name, taken);
  if (refusal === "taken") throw impossible(`The repository has a model '${name}' already`);
  if (refusal !== undefined) throw impossible(`'${name}' is no name of a folder (${refusal}): expected 1 to ${LONGEST_NAME} bytes without '/', '\\' and control characters, not beginning with a dot`);
}
