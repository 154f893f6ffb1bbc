import type { Diagnostic, Fix, Severity, Stage } from "../base/diagnostic.ts";

/** Where a transforms.json is: the model's directory name and the file's repository path. */
export interface ChainLocation {
  readonly model?: string;
  readonly file: string;
}

/** A finding in a transforms.json. */
export interface Finding {
  readonly code: ChainFindingCode;
  readonly message: string;
  readonly from: number;
  readonly to: number;
  /** "transforms[2].a_min": with the code, the diagnostic's identity. */
  readonly path: string;
  readonly severity?: Severity;
  readonly stage?: Stage;
  readonly hint?: string;
  readonly fix?: Fix;
}

/** The codes of findings in a transforms.json, with what they mean. */
export const CHAIN_FINDING_CODES = {
  TRANSFORMS_SYNTAX: "The file is no JSON",
  TRANSFORMS_STRUCTURE: "A part of the file is missing, unknown or of another kind than it should be",
  TRANSFORM_UNKNOWN: "_target_ names no transform that Conch knows",
  TRANSFORM_NOT_HERE: "The transform makes no sense in a step whose arrays are tensors",
  TRANSFORM_REFERENCE: "A MONAI bundle reference or expression, which this file does not have",
  TRANSFORM_PARAMETER_UNKNOWN: "The transform has no such parameter",
  TRANSFORM_PARAMETER_MISSING: "The transform needs a parameter that is not there",
  TRANSFORM_PARAMETER_INVALID: "A parameter has a type or value that the transform does not take",
  TRANSFORM_KEY_UNKNOWN: "No earlier part of the chain makes this key",
  TRANSFORM_DEFAULT_CHANGED: "A parameter is left out whose default differs between versions of MONAI",
  TRANSFORM_IMPOSSIBLE: "The transform cannot be applied to the arrays that reach it",
  TRANSFORM_SURPRISE: "The transform does something with these arrays that is rarely meant",
  TRANSFORMS_TENSOR_UNKNOWN: "inputs or outputs names a tensor that config.pbtxt does not have",
  TRANSFORMS_OUTPUT_MISSING: "An output of config.pbtxt has no key",
  TRANSFORMS_OUTPUT_MISMATCH: "An output would have another data type or shape than config.pbtxt says",
} as const;

/** The closed union of those codes. */
export type ChainFindingCode = keyof typeof CHAIN_FINDING_CODES;

/** The finding as a diagnostic. Unless it says otherwise it is an error that shows when Triton loads the model. */
export function diagnosticOf(finding: Finding, location: ChainLocation): Diagnostic {
  const { code, message, from, to, path, severity, stage, hint, fix } = finding;
  return {
    id: `${location.file}:${code}:${path}`,
    code,
    severity: severity ?? "error",
    stage: stage ?? "load",
    ...(location.model === undefined ? {} : { model: location.model }),
    file: location.file,
    from,
    to,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix }),
  };
}
