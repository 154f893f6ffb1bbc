import { createStore } from "zustand/vanilla";
import { ConchError, toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import type { RepositoryFolder } from "../repositories/source.ts";
import type { DocumentStore } from "./document.ts";
import type { Keeping } from "./keeping.ts";
import type { SaveChoice, SavePlan } from "./save-plan.ts";
import { removeFiles } from "./workspace-files.ts";
import type { WorkspaceOrigin } from "./workspace-store.ts";

/** What compares and writes is not there before something is saved. */
const plans = () => import("./save-plan.ts");
const folders = () => import("../repositories/directory/repository-folder.ts");

/** A save that waits for the user's word. */
export interface SavingState {
  /** null: no save is under way. */
  readonly plan: SavePlan | null;
  readonly choices: ReadonlyMap<string, SaveChoice>;
  /** Files are being compared or written. */
  readonly busy: boolean;
  /** Why the last attempt wrote nothing, or not all. */
  readonly error: ErrorRecord | null;
}

/** What saving needs. */
export interface SavingOptions {
  readonly document: DocumentStore;
  readonly keeping: Keeping;
  /** So many files were written. */
  saved(files: number): void;
  failed(error: ErrorRecord): void;
  /** The repository lies in this folder from now on. */
  moved(origin: WorkspaceOrigin): void;
}

const IDLE: SavingState = { plan: null, choices: new Map(), busy: false, error: null };

/** Writes the document into a folder: compares first, asks, then writes one batch. The verbs never throw. */
export function createSaving({ document, keeping, saved, failed, moved }: SavingOptions) {
  const store = createStore<SavingState>()(() => IDLE);

  let doubted: ReadonlySet<string> = new Set();

  async function plan(folder: RepositoryFolder | undefined, target?: FileSystemDirectoryHandle): Promise<void> {
    const { name = "" } = document.getState().origin ?? {};
    store.setState({ ...IDLE, busy: true });
    try {
      if (folder === undefined) throw new ConchError("REPOSITORY_READ_ONLY", `${name} cannot be written to: save it into a folder, or download it as a zip`);
      const { firstChoices, planSave } = await plans();
      const made = await planSave(document.getState(), folder, { target, doubted });
      store.setState({ plan: made, choices: firstChoices(made), busy: false });
    } catch (thrown) {
      store.setState(IDLE);
      failed(toErrorRecord(thrown));
    }
  }

  /** Writes the batch and takes what the folder has: the paths that the folder now holds as the document does. */
  async function perform(made: SavePlan): Promise<string[]> {
    const { choices } = store.getState();
    const { takesOf, writesOf } = await plans();
    const writes = await writesOf(made, choices);
    const emptyFolders = made.target === undefined ? [] : (document.getState().origin?.emptyFolders ?? []);
    if (writes.length + emptyFolders.length > 0) await made.folder.write(writes, emptyFolders);
    const takes = takesOf(made, choices);
    document.getState().edit(takes, "take-folder");
    return [...writes, ...takes].map(({ path }) => path);
  }

  async function settle(made: SavePlan, held: readonly string[]): Promise<void> {
    const { target, folder } = made;
    const { heldBy, heldTexts } = await plans();
    const state = document.getState();
    doubted = new Set([...doubted].filter((path) => !held.includes(path) && !made.same.includes(path)));
    if (target === undefined || state.origin === null) {
      state.markSaved([...held, ...made.same], heldTexts(made, store.getState().choices));
      await keeping.saved();
      return;
    }
    state.relocate({ kind: "directory", name: target.name, emptyFolders: state.origin.emptyFolders, folder }, heldBy(made, state, new Set(held)));
    const origin: WorkspaceOrigin = { kind: "directory", directory: target };
    await keeping.saved({ origin, name: target.name, stored: false });
    if (keeping.id() !== undefined) await removeFiles(keeping.id() as string).catch(() => undefined);
    moved(origin);
  }

  return Object.assign(store, {
    /** Compares with the repository's own folder, and asks. */
    begin: (): Promise<void> => plan(document.getState().origin?.folder),
    /** Compares with another folder that is to be the repository's, and asks. */
    beginInto: async (target: FileSystemDirectoryHandle): Promise<void> => plan((await folders()).repositoryFolder(target), target),
    choose: (path: string, choice: SaveChoice): void => store.setState(({ choices }) => ({ choices: new Map(choices).set(path, choice) })),
    cancel: (): void => store.setState(IDLE),
    /** Another repository is on screen; `conflicts` are the paths that were changed here and in its folder since the last visit. */
    reset: (conflicts: readonly string[] = []): void => {
      doubted = new Set(conflicts);
      store.setState(IDLE);
    },
    /** Does what was chosen. Call it from a click: the browser may ask. What could not be written stays unsaved, and the plan on screen. */
    confirm: async (): Promise<void> => {
      const { plan: made, busy } = store.getState();
      if (made === null || busy) return;
      store.setState({ busy: true, error: null });
      try {
        const held = await perform(made);
        await settle(made, held);
        store.setState(IDLE);
        saved(held.length);
      } catch (thrown) {
        const error = toErrorRecord(thrown);
        const { written } = error.data;
        if (error.code === "REPOSITORY_PARTLY_WRITTEN" && Array.isArray(written)) {
          const { heldTexts } = await plans();
          document.getState().markSaved(made.target === undefined ? written.map(String) : [], heldTexts(made, store.getState().choices));
          await keeping.saved();
        }
        await again(made, error);
      }
    },
  });

  /** Shows the folder as it is after a failed attempt, with what failed. */
  async function again(made: SavePlan, error: ErrorRecord): Promise<void> {
    const { choices: before } = store.getState();
    try {
      const { firstChoices, planSave } = await plans();
      const next = await planSave(document.getState(), made.folder, { target: made.target, doubted });
      const choices = firstChoices(next);
      for (const { path, conflict } of next.items) {
        const wanted = before.get(path);
        if (!conflict && wanted !== undefined) choices.set(path, wanted);
      }
      store.setState({ plan: next, choices, busy: false, error });
    } catch {
      store.setState({ busy: false, error });
    }
  }
}
