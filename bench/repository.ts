import type { RuntimePort } from "../src/runtime/client.ts";
import type { RunResult } from "../src/runtime/protocol.ts";
import { createDerivation } from "../src/state/derived.ts";
import { createDocumentStore } from "../src/state/document.ts";
import { createModelHeaders } from "../src/state/model-headers.ts";
import { createSession, type RunRequestOptions, type SessionStore } from "../src/state/session.ts";
import type { MapMessage } from "./counting-worker.ts";

/** A repository's files: path → bytes, or text. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer> | string>;

/** What was mapped for reading in a worker, by whoever: transforms, run report, ONNX Runtime. */
export interface MapCount {
  readonly maps: number;
  readonly bytes: number;
}

/** A repository with a worker of its own that counts the buffers it maps. */
export interface BenchSession {
  readonly session: SessionStore;
  /** Runs a model, nothing from the cache, no wire kept. Throws what the run failed with. */
  run(model: string, options?: RunRequestOptions): Promise<RunResult>;
  /** Fills an input from the bytes of a file. Throws what it failed with. */
  give(model: string, input: string, name: string, bytes: Uint8Array<ArrayBuffer> | Blob): Promise<void>;
  /** The maps since the last call. */
  takeMaps(): Promise<MapCount>;
  dispose(): void;
}

let sessions = 0;

/** Opens files as the page does, without any interface. */
export function openFiles(files: Files): BenchSession {
  const name = `bench-${++sessions}`;
  const channel = new BroadcastChannel(name);
  const answers: ((count: MapCount) => void)[] = [];
  channel.addEventListener("message", ({ data }: MessageEvent<MapMessage>) => {
    if (data.kind === "count") answers.shift()?.(data);
  });
  const document = createDocumentStore();
  document.getState().open(
    { kind: "new", name, emptyFolders: [] },
    [...files].map(([path, content]) =>
      typeof content === "string" ? { path, text: content, saved: null } : { path, file: { path, size: content.byteLength, blob: () => Promise.resolve(new Blob([content])) } },
    ),
  );
  const session = createSession({
    document,
    derivation: createDerivation(),
    headers: createModelHeaders(document),
    spawn: () => new Worker(new URL("./counting-worker.ts", import.meta.url), { type: "module", name }) as unknown as RuntimePort,
  });
  return {
    session,
    async run(model, options) {
      await session.execute(model, { cache: false, keepWires: false, ...options });
      const { error, result } = session.getState().run;
      if (error !== null) throw new Error(`${model}: ${error.message}`);
      return result!;
    },
    async give(model, input, file, bytes) {
      await session.setInput(model, input, { kind: "files", files: [{ name: file, blob: bytes instanceof Blob ? bytes : new Blob([bytes]) }] });
      const error = session.getState().inputs[model]?.[input]?.error;
      if (error !== undefined) throw new Error(`${model}/${input}: ${error.message}`);
    },
    takeMaps: () =>
      new Promise((resolve) => {
        answers.push(resolve);
        channel.postMessage({ kind: "take" } satisfies MapMessage);
      }),
    dispose() {
      channel.close();
      session.dispose();
    },
  };
}

/** The shipped sample's files. */
export async function sampleFiles(): Promise<Map<string, Uint8Array<ArrayBuffer> | string>> {
  const index = (await (await fetchFound("/repositories/index.json")).json()) as { repositories: { name: string; files: { path: string }[] }[] };
  const sample = index.repositories.find(({ name }) => name === "spleen_ct");
  if (sample === undefined) throw new Error("The build has no sample spleen_ct");
  const contents = sample.files.map(async ({ path }): Promise<[string, Uint8Array<ArrayBuffer> | string]> => {
    const response = await fetchFound(`/repositories/spleen_ct/${path}`);
    return [path, path.endsWith(".onnx") ? new Uint8Array(await response.arrayBuffer()) : await response.text()];
  });
  return new Map(await Promise.all(contents));
}

/** An example volume of the shipped sample. */
export async function sampleVolume(name: string): Promise<Blob> {
  return (await fetchFound(`/examples/spleen_ct/${name}`)).blob();
}

/** A file of the recorded reference data, or undefined where they are absent. */
export async function recordedFile(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const response = await fetch(`/@recorded/${path}`);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

async function fetchFound(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} is not served: ${response.status}`);
  return response;
}

/** The text of a file with every occurrence of `from` replaced. Throws where there is none. */
export function replaced(files: Files, path: string, from: string, to: string): string {
  const text = files.get(path);
  if (typeof text !== "string" || !text.includes(from)) throw new Error(`${path} has no ${from}`);
  return text.replaceAll(from, to);
}
