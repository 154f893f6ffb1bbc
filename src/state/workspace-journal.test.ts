import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDocumentStore, type DocumentStore } from "./document.ts";
import { replay, type JournalEntry, type WorkspaceText } from "./journal.ts";
import { keepJournal, type JournalTarget } from "./workspace-journal.ts";
import type { ReplacedParts, WorkspaceState, WorkspaceStore } from "./workspace-store.ts";

/** What a store holds of one workspace. `fails` rejects that many of the next writes. */
class Memory {
  texts: WorkspaceText[];
  journal: JournalEntry[] = [];
  readonly added = new Map<string, string>();
  state: WorkspaceState | undefined;
  parts: ReplacedParts = {};
  writes = 0;
  fails = 0;

  constructor(texts: WorkspaceText[]) {
    this.texts = texts;
  }

  get store(): WorkspaceStore {
    const write = async (apply: () => void): Promise<void> => {
      this.writes++;
      await Promise.resolve();
      if (this.fails-- > 0) throw new Error("the disk is full");
      apply();
    };
    return {
      record: (_, { entries = [], state }) => write(() => {
        this.journal.push(...entries);
        this.state = state ?? this.state;
      }),
      replaceTexts: (_, texts, { state, ...parts } = {}) => write(() => {
        this.texts = [...texts];
        this.journal = [];
        this.state = state ?? this.state;
        this.parts = { ...this.parts, ...parts };
      }),
      putAdded: async (_, path, bytes) => {
        if (bytes === null) this.added.delete(path);
        else this.added.set(path, await bytes.text());
      },
    } as Partial<WorkspaceStore> as WorkspaceStore;
  }

  /** As a reload finds them. */
  now(): Record<string, string | null> {
    const { texts, damaged } = replay(this.texts, this.journal);
    expect(damaged).toEqual([]);
    return Object.fromEntries([...texts].map(([path, { text }]) => [path, text]));
  }
}

function opened(): { document: DocumentStore; memory: Memory; target: JournalTarget } {
  const document = createDocumentStore();
  document.getState().open({ kind: "sample", name: "x", emptyFolders: [] }, [
    { path: "a", text: "one", saved: "one" },
    { path: "b", text: "two", saved: "two" },
  ]);
  const texts = ["a", "b"].map((path, at): WorkspaceText => ({ path, saved: at === 0 ? "one" : "two", text: at === 0 ? "one" : "two", version: 0 }));
  const memory = new Memory(texts);
  return { document, memory, target: { store: memory.store, id: "w", texts: new Map(texts.map((text) => [text.path, text])), added: [] } };
}

const type = (document: DocumentStore, path: string, insert: string): void => document.getState().edit([{ path, edits: [{ from: 0, to: 0, insert }] }], "typing");
const never = (thrown: unknown): never => {
  throw new Error(`not expected: ${String(thrown)}`);
};

describe("the journal", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("keeps an edit of several files as one write, a moment after it was made", async () => {
    const { document, memory, target } = opened();
    const journal = keepJournal(document, Promise.resolve(target), never);
    await journal.flush();
    const { writes } = memory;
    document.getState().edit([{ path: "a", edits: [{ from: 0, to: 3, insert: "1" }] }, { path: "b", edits: [{ from: 0, to: 3, insert: "2" }] }, { path: "c", create: "3" }], "rename");
    await vi.advanceTimersByTimeAsync(500);
    expect(memory.writes - writes).toBe(1);
    expect(memory.now()).toEqual({ a: "1", b: "2", c: "3" });
    expect(memory.state?.edited).toBe(3);
  });

  it("keeps what was edited before the store was ready", async () => {
    const { document, memory, target } = opened();
    let ready!: (target: JournalTarget) => void;
    const journal = keepJournal(document, new Promise((resolve) => (ready = resolve)), never);
    type(document, "a", "x");
    await vi.advanceTimersByTimeAsync(500);
    type(document, "a", "y");
    expect(memory.writes).toBe(0);
    ready(target);
    await journal.flush();
    expect(memory.now()).toEqual({ a: "yxone", b: "two" });
  });

  it("keeps what was on screen when it was stopped, although the store came later, and nothing after that", async () => {
    const { document, memory, target } = opened();
    let ready!: (target: JournalTarget) => void;
    const journal = keepJournal(document, new Promise((resolve) => (ready = resolve)), never);
    type(document, "a", "x");
    const stopped = journal.stop();
    document.getState().open({ kind: "sample", name: "y", emptyFolders: [] }, [{ path: "other", text: "other", saved: "other" }]);
    ready(target);
    await stopped;
    type(document, "other", "z");
    await vi.advanceTimersByTimeAsync(500);
    expect(memory.now()).toEqual({ a: "xone", b: "two" });
  });

  it("tries again with the next change what could not be written, and tells of it once", async () => {
    const { document, memory, target } = opened();
    const told: unknown[] = [];
    const journal = keepJournal(document, Promise.resolve(target), (thrown) => told.push(thrown));
    await journal.flush();
    memory.fails = 2;
    type(document, "a", "x");
    await vi.advanceTimersByTimeAsync(500);
    type(document, "a", "y");
    await vi.advanceTimersByTimeAsync(500);
    expect(memory.now()).toEqual({ a: "one", b: "two" });
    type(document, "b", "z");
    await vi.advanceTimersByTimeAsync(500);
    expect(memory.now()).toEqual({ a: "yxone", b: "ztwo" });
    expect(told).toHaveLength(1);
  });

  it("stays short while one types on", async () => {
    const { document, memory, target } = opened();
    const journal = keepJournal(document, Promise.resolve(target), never);
    for (let count = 0; count < 500; count++) {
      type(document, "a", ".");
      await journal.flush();
    }
    expect(memory.journal.length).toBeLessThanOrEqual(200);
    expect(memory.now()).toEqual({ a: `${".".repeat(500)}one`, b: "two" });
  });

  it("goes on from what was saved, with edits that were made while it was written down", async () => {
    const { document, memory, target } = opened();
    const journal = keepJournal(document, Promise.resolve(target), never);
    type(document, "a", "x");
    await journal.flush();
    document.getState().markSaved(["a"]);
    const saved = journal.saved({ name: "elsewhere" });
    type(document, "a", "y");
    await saved;
    await vi.advanceTimersByTimeAsync(500);
    expect(memory.now()).toEqual({ a: "yxone", b: "two" });
    expect(memory.texts.find(({ path }) => path === "a")?.saved).toBe("xone");
    expect(memory.parts).toEqual({ name: "elsewhere" });
    expect(memory.state?.edited).toBe(1);
  });

  it("keeps added bytes until they are undone, and what was removed after it had been saved", async () => {
    const { document, memory, target } = opened();
    const journal = keepJournal(document, Promise.resolve(target), never);
    const add = { path: "m/1/model.onnx", size: 5, blob: () => Promise.resolve(new Blob(["bytes"])) };
    document.getState().edit([{ path: add.path, add }, { path: "m/config.pbtxt", create: "m" }], "add-model");
    await journal.flush();
    expect([...memory.added]).toEqual([["m/1/model.onnx", "bytes"]]);
    document.getState().markSaved(["m/1/model.onnx", "m/config.pbtxt"]);
    await journal.saved();
    expect(memory.added.size).toBe(0);
    document.getState().undo();
    await journal.flush();
    expect(memory.state?.removed).toEqual(["m/1/model.onnx"]);
    expect(memory.now()).toMatchObject({ "m/config.pbtxt": null });
    expect(memory.texts.find(({ path }) => path === "m/config.pbtxt")?.saved).toBe("m");
    document.getState().redo();
    await journal.flush();
    expect(memory.state?.removed).toEqual([]);
    expect(memory.now()).toMatchObject({ "m/config.pbtxt": "m" });
  });

  it("keeps where nodes were put", async () => {
    const { document, memory, target } = opened();
    const journal = keepJournal(document, Promise.resolve(target), never);
    document.getState().move([{ ensemble: "e", node: "step:n", to: { x: 1, y: 2 } }], "move");
    await journal.flush();
    expect(memory.state?.layout).toEqual({ positions: { e: { "step:n": { x: 1, y: 2 } } } });
  });
});
