import type { DocumentFile, DocumentStore } from "./document.ts";
import type { WorkspaceText } from "./journal.ts";
import type { WorkspaceStore } from "./workspace-store.ts";

/** What is kept beside the texts. */
export interface WorkspaceLayout {
  readonly positions: ReturnType<DocumentStore["getState"]>["positions"];
}

/** The positions of a stored layout; {} for one that is none. */
export function positionsOf(layout: unknown): WorkspaceLayout["positions"] {
  if (typeof layout !== "object" || layout === null || !("positions" in layout)) return {};
  return (layout as WorkspaceLayout).positions ?? {};
}

/** Keeps one workspace up to date with the document. */
export interface WorkspaceJournal {
  /** Writes now what would be written soon. */
  flush(): Promise<void>;
  /** The present texts are the repository's: ends the journal. */
  saved(): Promise<void>;
  stop(): void;
}

/** Milliseconds that a change may stay unwritten; leaving the page writes at once. */
const PAUSE = 300;

/**
 * Records every change of the document's texts and positions into the workspace `id`, shortly after it was made. `kept` are the texts that the
 * store holds already. Failures go to `failed`; the document stays as it is.
 */
export function keepJournal(
  document: DocumentStore,
  store: WorkspaceStore,
  id: string,
  kept: ReadonlyMap<string, WorkspaceText>,
  failed: (thrown: unknown) => void,
): WorkspaceJournal {
  const recorded = new Map([...kept].map(([path, { text, version }]) => [path, { text, version }]));
  let positions = document.getState().positions;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(files: ReadonlyMap<string, DocumentFile>, places: typeof positions): Promise<void> {
    for (const path of new Set([...recorded.keys(), ...files.keys()])) {
      const text = files.get(path)?.text ?? null;
      const before = recorded.get(path) ?? { text: null, version: 0 };
      if (text === before.text) continue;
      const version = before.version + 1;
      recorded.set(path, { text, version });
      await store.record(id, { path, version, change: { text } });
    }
    if (places !== positions) {
      positions = places;
      await store.putLayout(id, { positions: places } satisfies WorkspaceLayout);
    }
  }

  function flush(): Promise<void> {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    const { files, positions: places } = document.getState();
    writing = writing.then(() => write(files, places)).catch(failed);
    return writing;
  }

  const unsubscribe = document.subscribe((state, before) => {
    if (state.files === before.files && state.positions === before.positions) return;
    timer ??= setTimeout(() => void flush(), PAUSE);
  });
  void flush();

  return {
    flush,
    saved: async () => {
      await flush();
      const texts = [...document.getState().files.values()].flatMap(({ path, text, saved }): WorkspaceText[] =>
        text === undefined ? [] : [{ path, text, saved: saved ?? null, version: recorded.get(path)?.version ?? 0 }],
      );
      await store.replaceTexts(id, texts).catch(failed);
    },
    stop: () => {
      unsubscribe();
      void flush();
    },
  };
}
