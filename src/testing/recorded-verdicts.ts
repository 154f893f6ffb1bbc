import { gunzipSync } from "fflate";
import { ConchError } from "../base/errors.ts";
import { decodeSourceText } from "../base/source-text.ts";
import { readHeader, type OnnxHeader } from "../onnx/header.ts";
import { bytesAccess } from "../onnx/skeleton.ts";
import type { RepositoryContent } from "../triton/loading/content.ts";
import { DEFAULT_SERVER, type TritonServer } from "../triton/loading/server.ts";
import { parseConfig, type ParsedConfig } from "../triton/model-config/decode.ts";
import { readRepository } from "../triton/repository/repository.ts";
import { readRecorded } from "./recorded.ts";

/** What a file of a recorded case holds: text, bytes, or an ONNX model of the recording. */
type RecordedFile = string | { base64: string } | { onnx: string };

/** What the server said of one model. */
export interface RecordedVerdict {
  ok: boolean;
  /** Of a refusal; null as well where the server saw no model. */
  stage: "poll" | "load" | "crash" | null;
  error: string | null;
  proto?: readonly { line: number; column: number; message: string }[];
  versions?: readonly string[];
}

/** One recorded repository. */
export interface RecordedCase {
  id: string;
  tags: readonly string[];
  files: Readonly<Record<string, RecordedFile>>;
  options: { autoComplete: boolean };
  verdict: Readonly<Record<string, RecordedVerdict>>;
}

/** The cases of triton/<name>.jsonl.gz, or undefined where the recorded data are not there. */
export async function recordedCases(name: string): Promise<RecordedCase[] | undefined> {
  const bytes = await readRecorded(`triton/${name}.jsonl.gz`);
  if (bytes === undefined) return undefined;
  const lines = new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as RecordedCase);
}

/** The server that the recording ran: CPU only, with the backends of the recording. */
export function recordedServer({ options }: RecordedCase): TritonServer {
  return { ...DEFAULT_SERVER, autoComplete: options.autoComplete, backends: new Set(["identity", "onnxruntime", "python", "square", "repeat"]), gpus: [], repositoryAgents: new Set() };
}

const models = new Map<string, Promise<RecordedModel>>();

interface RecordedModel {
  size: number;
  header: OnnxHeader | ConchError;
}

/** A file of triton/onnx, read once. */
function recordedModel(name: string): Promise<RecordedModel> {
  const known = models.get(name);
  if (known !== undefined) return known;
  const reading = readRecorded(`triton/onnx/${name}`).then((bytes) => readModel(bytes ?? new Uint8Array()));
  models.set(name, reading);
  return reading;
}

async function readModel(bytes: Uint8Array): Promise<RecordedModel> {
  try {
    return { size: bytes.length, header: await readHeader(bytesAccess(bytes)) };
  } catch (error) {
    if (error instanceof ConchError) return { size: bytes.length, header: error };
    throw error;
  }
}

/** A case's files as a loader looks at them. `changed` replaces or adds texts, by repository path. */
export async function recordedContent({ files }: Pick<RecordedCase, "files">, changed: Readonly<Record<string, string>> = {}): Promise<RepositoryContent> {
  const all: Record<string, RecordedFile> = { ...files, ...changed };
  const onnx = new Map<string, RecordedModel>();
  for (const [path, file] of Object.entries(all)) {
    if (typeof file === "object" && "onnx" in file) onnx.set(path, await recordedModel(file.onnx));
    else if (path.endsWith(".onnx")) onnx.set(path, await readModel(bytesOf(file)));
  }
  const configs = new Map<string, ParsedConfig>();
  const text = (path: string): string | undefined => {
    const file = all[path];
    if (file === undefined || (typeof file === "object" && "onnx" in file)) return undefined;
    return typeof file === "string" ? file : decodeSourceText(bytesOf(file));
  };
  return {
    directories: readRepository(Object.keys(all), "").models,
    config(model) {
      const path = `${model}/config.pbtxt`;
      const source = text(path);
      if (source === undefined) return undefined;
      const parsed = configs.get(path) ?? parseConfig(source, path);
      configs.set(path, parsed);
      return parsed;
    },
    onnx: (path) => onnx.get(path)?.header,
    text,
    size(path) {
      const file = all[path];
      return file === undefined ? undefined : (onnx.get(path)?.size ?? bytesOf(file).length);
    },
  };
}

function bytesOf(file: RecordedFile): Uint8Array<ArrayBuffer> {
  if (typeof file === "string") return new TextEncoder().encode(file);
  if ("onnx" in file) return new Uint8Array();
  return Uint8Array.from(atob(file.base64), (character) => character.charCodeAt(0));
}
