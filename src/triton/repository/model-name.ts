/** Why no folder of a repository can have a name. */
export type NameRefusal = "empty" | "dots" | "separator" | "control" | "malformed" | "hidden" | "too-long" | "taken";

/** What is awkward about a name that a folder can have. */
export type NameCaveat = "url" | "edges" | "windows" | "case";

/** What is to be said of a name for a new model. */
export interface NameVerdict {
  /** Absent where the name can be had. */
  readonly refusal?: NameRefusal;
  /** Of a name that can be had. */
  readonly caveats: readonly NameCaveat[];
}

/** Longest name of a file on the file systems that servers use. Bytes of UTF-8. */
export const LONGEST_NAME = 255;

/** Names that Windows keeps for devices, with any ending. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/**
 * Whether a new model can have a name, beside the models of these folders. Triton takes any folder for a model; what refuses a name is a file system,
 * or that Conch itself would not find the folder again.
 */
export function judgeModelName(name: string, taken: ReadonlySet<string>): NameVerdict {
  const refusal = refusalOf(name, taken);
  if (refusal !== undefined) return { refusal, caveats: [] };
  const caveats: NameCaveat[] = [];
  if (/[^\w.~-]/.test(name)) caveats.push("url");
  if (name !== name.trim()) caveats.push("edges");
  if (/[<>:"|?*]|[. ]$/.test(name) || DEVICES.test(name)) caveats.push("windows");
  if ([...taken].some((other) => other.toLowerCase() === name.toLowerCase())) caveats.push("case");
  return { caveats };
}

function refusalOf(name: string, taken: ReadonlySet<string>): NameRefusal | undefined {
  if (name === "") return "empty";
  if (name === "." || name === "..") return "dots";
  if (/[/\\]/.test(name)) return "separator";
  if (/\p{Cc}/u.test(name)) return "control";
  if (!name.isWellFormed()) return "malformed";
  if (name.startsWith(".")) return "hidden";
  if (new TextEncoder().encode(name).length > LONGEST_NAME) return "too-long";
  return taken.has(name) ? "taken" : undefined;
}
