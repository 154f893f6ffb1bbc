import { unsendable } from "./document.ts";

/** A model, and one of its versions where not the newest is meant. */
export interface ModelTarget {
  readonly model: string;
  /** Digits, as the names of version folders are. */
  readonly version?: string | number;
}

/**
 * The path of a model's endpoint. Triton takes names from the path as they stand there and decodes nothing, so a name goes as it is; what the
 * platform must encode (a space, é) reaches Triton encoded, and it will know no such model. Throws V2_REQUEST_INVALID for a name that would lead
 * to another path.
 */
export function modelPath({ model, version }: ModelTarget, endpoint = ""): string {
  if (version === undefined && endpoint === "" && model === "stats") {
    throw unsendable('The metadata of a model named "stats" cannot be asked for: the server has its statistics at that address; name a version');
  }
  return `/v2/models/${pathSegment("model", model)}${version === undefined ? "" : `/versions/${digits(version, model)}`}${endpoint}`;
}

/** A name as one segment of a path. */
export function pathSegment(what: string, name: string): string {
  // Dots alone climb the path, and so do they encoded; the URL standard drops tabs and line ends.
  // oxlint-disable-next-line no-control-regex
  if (name !== "" && !/[/\\?#\u0000-\u001f]|^(?:\.|%2e){1,2}$/i.test(name)) return name;
  throw unsendable(`The ${what} ${JSON.stringify(name)} cannot be addressed: expected a name that is one segment of a path`);
}

function digits(version: string | number, model: string): string {
  const text = String(version);
  if (/^\d+$/.test(text)) return text;
  throw unsendable(`Version ${JSON.stringify(version)} of model "${model}" cannot be addressed: expected digits`);
}
