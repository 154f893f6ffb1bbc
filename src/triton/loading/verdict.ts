import type { Diagnostic } from "../../base/diagnostic.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";

/** A field that the server fills in by itself, and why. */
export interface CompletedField {
  readonly path: Path;
  /** One sentence: "The backend follows from platform onnxruntime_onnx". */
  readonly reason: string;
}

/** What a Triton server makes of one model directory. */
export interface ModelVerdict {
  /** Directory name. */
  readonly model: string;
  /** True where nothing known here keeps the model from being READY. */
  readonly loads: boolean;
  /**
   * Everything found: errors in the order in which the server's checks run, the first of them marked `first`, then warnings and
   * infos. Where the server would stop at an error, Conch goes on as far as the rest still means something.
   */
  readonly findings: readonly Diagnostic[];
  /** The configuration as GET /v2/models/<model>/config would answer; as far as it came where the model does not load. */
  readonly config: ModelConfig;
  /** What of `config` the file does not say, in the order in which it was filled in. */
  readonly completed: readonly CompletedField[];
  /** Versions that would be READY, ascending. */
  readonly versions: readonly number[];
}
