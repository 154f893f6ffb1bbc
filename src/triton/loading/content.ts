import type { ConchError } from "../../base/errors.ts";
import type { OnnxHeader } from "../../onnx/header.ts";
import type { ParsedConfig } from "../model-config/decode.ts";
import type { ModelDirectory } from "../repository/repository.ts";

/** The files of a model repository, as far as a server looks at them while it loads models. All paths are repository paths. */
export interface RepositoryContent {
  /** By directory name. */
  readonly directories: ReadonlyMap<string, ModelDirectory>;
  /** The configuration of a directory; undefined where it has no config.pbtxt. The same object as long as the text is the same. */
  config(model: string): ParsedConfig | undefined;
  /**
   * The header of an .onnx file, or why it cannot be read (ONNX_EMPTY, ONNX_NOT_ONNX, ONNX_TRUNCATED). Undefined where nobody has read it
   * (yet): what depends on it is then neither checked nor completed. The same object as long as the file is the same.
   */
  onnx(path: string): OnnxHeader | ConchError | undefined;
  /** Text of a small file such as labels; undefined where it is not there or is no text. */
  text(path: string): string | undefined;
  /** Bytes of a file; undefined where it is not there. */
  size(path: string): number | undefined;
}
