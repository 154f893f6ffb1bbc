import { decodeSourceText } from "../../../base/source-text.ts";
import { internal } from "./protocol-error.ts";
import { asText, isRequestObject, optionalMember, parseRequestJson, type RequestJson } from "./request-json.ts";

/** What a load replaces in the repository. */
export interface LoadParameters {
  /** JSON of a ModelConfig, as text. */
  readonly config: string | undefined;
  /** Path in the model's folder → the file, in base64. */
  readonly files: ReadonlyMap<string, string>;
}

/** The parameters of a load. Throws what Triton answers to others than its own. */
export function loadParameters(body: Uint8Array): LoadParameters {
  const files = new Map<string, string>();
  let config: string | undefined;
  const parameters = parametersOf(body);
  if (isRequestObject(parameters)) {
    for (const [name, value] of parameters) {
      if (name === "config") config = asText(value);
      else if (name.startsWith("file:")) files.set(name.slice("file:".length), asText(value));
      else throw internal("unexpected error on creating Triton parameter");
    }
  }
  return { config, files };
}

/** Whether an unload takes the models of an ensemble's steps with it. What is no boolean counts as no. */
export function unloadsDependents(body: Uint8Array): boolean {
  const parameters = parametersOf(body);
  return optionalMember(parameters ?? null, "unload_dependents") === true;
}

/** Whether an index is to name ready models only. Throws what Triton answers to JSON that is none. */
export function wantsReadyOnly(body: Uint8Array): boolean {
  const root = documentOf(body);
  return optionalMember(root ?? null, "ready") === true;
}

function parametersOf(body: Uint8Array): RequestJson | undefined {
  return optionalMember(documentOf(body) ?? null, "parameters");
}

function documentOf(body: Uint8Array): RequestJson | undefined {
  return body.byteLength === 0 ? undefined : parseRequestJson(decodeSourceText(body));
}
