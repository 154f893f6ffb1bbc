import { createStore } from "zustand/vanilla";
import { ConchError } from "../base/errors.ts";
import type { OnnxHeader } from "../onnx/header.ts";
import type { RepositoryFile } from "../repositories/source.ts";
import type { FileContent } from "../runtime/protocol.ts";
import type { DocumentFile, DocumentStore } from "./document.ts";
import { fileContent } from "./file-content.ts";

/** The headers of the open repository's .onnx files, as far as they have been read. */
export interface ModelHeadersState {
  /** Repository path → header, or why there is none. A file that is still being read, or is too far away to be, is absent. */
  readonly headers: ReadonlyMap<string, OnnxHeader | ConchError>;
  /** True while files are being read. */
  readonly reading: boolean;
}

/** Reads the header of a model file in the worker. Rejects with ONNX_EMPTY, ONNX_NOT_ONNX or ONNX_TRUNCATED where the file is to blame. */
export type ReadHeader = (file: FileContent) => Promise<OnnxHeader>;

/** Files read at the same time. */
const AT_ONCE = 4;
/** A file that has to be fetched or unpacked as a whole is only read up to this size. Bytes. */
const MOST_FETCHED = 64 << 20;
/** Errors that say something of the file; after any other one it is read again when the document next changes. */
const ABOUT_THE_FILE: ReadonlySet<string> = new Set(["ONNX_EMPTY", "ONNX_NOT_ONNX", "ONNX_TRUNCATED"]);

/** Keeps the headers of the open repository's models at hand: reads those that are new, forgets those that are gone. */
export function createModelHeaders(document: DocumentStore) {
  const store = createStore<ModelHeadersState>()(() => ({ headers: new Map(), reading: false }));
  const known = new WeakMap<RepositoryFile, OnnxHeader | ConchError>();
  const underWay = new WeakMap<RepositoryFile, Promise<void>>();
  let read: ReadHeader | undefined;
  let round: Promise<void> | undefined;
  /** What the present round has asked for: a failure is not asked for again at once. */
  let tried = new WeakSet<RepositoryFile>();

  function models(): DocumentFile[] {
    return [...document.getState().files.values()].filter(({ path, file }) => file !== undefined && path.endsWith(".onnx"));
  }

  function publish(reading: boolean): void {
    const found = models().flatMap(({ path, file }) => {
      const header = file && known.get(file);
      return header === undefined ? [] : [[path, header] as const];
    });
    const { headers } = store.getState();
    const same = found.length === headers.size && found.every(([path, header]) => headers.get(path) === header);
    store.setState({ reading, ...(same ? {} : { headers: new Map(found) }) });
  }

  /** Reads a file that nobody is reading. Never throws. */
  function readOne(file: RepositoryFile, header: () => Promise<OnnxHeader>): Promise<void> {
    const reading = underWay.get(file);
    if (reading !== undefined) return reading;
    const mine = (async () => {
      try {
        known.set(file, await header());
      } catch (thrown) {
        if (thrown instanceof ConchError && ABOUT_THE_FILE.has(thrown.code)) known.set(file, thrown);
      }
      underWay.delete(file);
    })();
    underWay.set(file, mine);
    return mine;
  }

  /** One pass over what is not known yet; true where there was anything. */
  async function pass(): Promise<boolean> {
    const { origin } = document.getState();
    const near = origin?.kind === "directory" || origin?.kind === "dropped" || origin?.kind === "new";
    const wanted = models()
      .flatMap(({ file }) => (file === undefined ? [] : [file]))
      .filter((file) => !known.has(file) && !tried.has(file) && (near || file.address !== undefined || file.size <= MOST_FETCHED));
    const reader = read;
    if (wanted.length === 0 || reader === undefined) return false;
    publish(true);
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const batch = wanted.slice(from, from + AT_ONCE);
      for (const file of batch) tried.add(file);
      await Promise.all(batch.map((file) => readOne(file, async () => reader(await fileContent(file)))));
      publish(true);
      if (document.getState().origin !== origin) break;
    }
    return true;
  }

  function update(): Promise<void> {
    round ??= (async () => {
      tried = new WeakSet();
      while (await pass());
      round = undefined;
      publish(false);
    })();
    return round;
  }

  const stop = document.subscribe((state, before) => {
    if (state.files !== before.files && read !== undefined) void update();
  });

  return Object.assign(store, {
    /** Begins to read, by this function: the session's worker. */
    begin: (reader: ReadHeader): Promise<void> => {
      read = reader;
      return update();
    },
    /** Reads one file now, however large it is: its bytes are at hand. Never rejects. */
    readNow: async (file: RepositoryFile, header: () => Promise<OnnxHeader>): Promise<void> => {
      if (known.has(file)) return;
      await readOne(file, header);
      publish(store.getState().reading);
    },
    /** When nothing is left to read. */
    settled: (): Promise<void> => round ?? Promise.resolve(),
    stop,
  });
}

/** The store with its verbs. */
export type ModelHeaders = ReturnType<typeof createModelHeaders>;
