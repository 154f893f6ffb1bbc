import { createStore } from "zustand/vanilla";
import { ConchError, isAbort, toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import type { Drop } from "../repositories/dropped/read-drop.ts";
import type { Fetch } from "../repositories/fetch-file.ts";
import type { SampleEntry } from "../repositories/listing.ts";
import { listSamples, openSample, sampleExamples } from "../repositories/sample/samples.ts";
import type { OpenedEntry, OpenOptions, OpenReport, RepositoryFile, RepositorySource } from "../repositories/source.ts";
import type { Derivation } from "./derived.ts";
import type { DocumentEdit, DocumentStore, NodeMove } from "./document.ts";
import { reconcile } from "./journal.ts";
import { createKeeping } from "./keeping.ts";
import { workspaceOfBrowser, workspaceOfTab } from "./last-workspace.ts";
import { documentFiles, exampleGroups, firstModel, inputOf, readTexts, removedFiles, unsavedPaths, type KeptFiles } from "./opened-files.ts";
import { createSaving } from "./saving.ts";
import type { SelectionStore } from "./selection.ts";
import type { SessionStore } from "./session.ts";
import { positionsOf } from "./workspace-journal.ts";
import type { WorkspaceOrigin, WorkspaceStore, WorkspaceSummary } from "./workspace-store.ts";

/** Something that the user is told, once. */
export type Notice =
  | { readonly kind: "opened"; readonly name: string; readonly models: number; readonly report: OpenReport }
  /** A drop or choice without any model in it. */
  | { readonly kind: "nothing-found"; readonly report: OpenReport | null }
  /** Edits of an earlier visit are there again. */
  | { readonly kind: "restored"; readonly files: number; readonly conflicts: readonly string[]; readonly damaged: readonly string[] }
  | { readonly kind: "input-given"; readonly input: string; readonly files: readonly string[] }
  | { readonly kind: "saved"; readonly files: number }
  /** Models came into the open repository; of those that had to take another name, old name → new one. */
  | { readonly kind: "models-added"; readonly models: readonly string[]; readonly renamed: ReadonlyMap<string, string>; readonly leftOut: readonly OpenedEntry[] }
  /** Another tab has the same repository open; each keeps its own edits. */
  | { readonly kind: "also-open"; readonly name: string }
  /** The browser does not keep this workspace: it is lost with the window. */
  | { readonly kind: "not-kept"; readonly error: ErrorRecord }
  | { readonly kind: "error"; readonly error: ErrorRecord };

/** Which repository is open, and which ones can be. */
export interface WorkspaceState {
  /** "starting" until it is known whether an earlier workspace is restored. */
  readonly status: "starting" | "none" | "opening" | "open";
  /** What is being opened, and how many files were found so far. */
  readonly opening: { readonly name: string; readonly files: number } | null;
  /** Where the open repository came from, in the terms of the list of recents. */
  readonly origin: WorkspaceOrigin | null;
  /** What was found, skipped and why when the open repository was opened. */
  readonly report: OpenReport | null;
  /** Files to run the open sample on: group → files of one input. */
  readonly examples: ReadonlyMap<string, readonly RepositoryFile[]>;
  /** True from the click that runs a sample until its run has ended: opening it, giving it its example, running it. */
  readonly runningSample: boolean;
  /** null until the list has come. */
  readonly samples: readonly SampleEntry[] | null;
  /** Last opened first. */
  readonly recents: readonly WorkspaceSummary[];
  /** Ids of workspaces that other tabs have open. */
  readonly elsewhere: ReadonlySet<string>;
  /** Whether another tab has the same repository open. Edits are kept apart. */
  readonly alsoOpen: boolean;
}

/** What a workspace session needs. */
export interface WorkspaceSessionOptions {
  readonly document: DocumentStore;
  readonly derivation: Derivation;
  readonly selection: SelectionStore;
  readonly session: SessionStore;
  /** Where the application lies, as a URL that ends in `/`. */
  readonly base: string;
  readonly fetch: Fetch;
  /** Opens the browser's store; may reject where the browser allows none. */
  openStore(): Promise<WorkspaceStore>;
  notify(notice: Notice): void;
}

/** What is edited together with the models that come into the repository, as the same entry of the history. */
type AlsoEdited = (models: readonly string[]) => { readonly edits: readonly DocumentEdit[]; readonly moves: readonly NodeMove[] };

/** What a repository that was begun here is called: as the folder in Triton's own examples. */
const NEW_REPOSITORY = "model_repository";

/** What opens repositories again, and new ones, is not on the first screen. */
const reopening = () => import("./reopen.ts");

/** Opens repositories into the document and keeps them: the store, and the verbs that change it. The verbs never throw; they notify. */
export function createWorkspaceSession(options: WorkspaceSessionOptions) {
  const { document, derivation, selection, session, base, fetch, notify } = options;
  const store = createStore<WorkspaceState>()(() => ({
    status: "starting",
    opening: null,
    origin: null,
    report: null,
    examples: new Map(),
    runningSample: false,
    samples: null,
    recents: [],
    elsewhere: new Set(),
    alsoOpen: false,
  }));
  const storage = options.openStore().catch((thrown: unknown) => {
    notify({ kind: "not-kept", error: toErrorRecord(thrown) });
    return undefined;
  });
  const keeping = createKeeping({
    document,
    storage,
    failed: (thrown) => notify({ kind: "not-kept", error: toErrorRecord(thrown) }),
    changed: () => void refreshRecents(),
    shared: (alsoOpen, news) => {
      store.setState({ alsoOpen });
      if (news) notify({ kind: "also-open", name: document.getState().origin?.name ?? "" });
    },
  });
  const saving = createSaving({
    document,
    keeping,
    saved: (files) => notify({ kind: "saved", files }),
    failed: (error) => notify({ kind: "error", error }),
    moved: (origin) => {
      store.setState({ origin });
      void refreshRecents();
    },
  });
  let current: AbortController | undefined;

  function viewOf() {
    const { files, origin } = document.getState();
    return derivation.repository(files, origin?.emptyFolders);
  }

  async function refreshRecents(): Promise<void> {
    const [recents, elsewhere] = await Promise.all([storage.then((stored) => stored?.list().catch(() => [])), keeping.elsewhere()]);
    store.setState({ recents: recents ?? [], elsewhere });
  }

  /** Runs one opening; a later one ends it. True when something is open afterwards that was not before. */
  async function opening(name: string, work: (signal: AbortSignal, open: OpenOptions) => Promise<boolean>): Promise<boolean> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    const before = store.getState().status === "open" ? "open" : "none";
    store.setState({ status: "opening", opening: { name, files: 0 } });
    try {
      const progress = (files: number): void => {
        if (current === mine) store.setState({ opening: { name, files } });
      };
      const opened = await work(mine.signal, { signal: mine.signal, progress });
      if (current === mine) store.setState({ status: opened ? "open" : before, opening: null });
      return opened && current === mine;
    } catch (thrown) {
      if (current === mine) {
        store.setState({ status: before, opening: null });
        if (!isAbort(thrown)) notify({ kind: "error", error: toErrorRecord(thrown) });
      }
      return false;
    } finally {
      if (current === mine) current = undefined;
    }
  }

  /** Puts a repository into the document, together with the edits of an earlier visit. `start`: files that it begins with, as of one that lies nowhere else. */
  async function show(source: RepositorySource, origin: WorkspaceOrigin, signal: AbortSignal, known?: string, start?: KeptFiles): Promise<boolean> {
    const present = await readTexts(source, signal);
    signal.throwIfAborted();
    // Hundreds of models take a while: the page breathes between making sense of them and showing them.
    derivation.repository(new Map(documentFiles(source, present).map((file) => [file.path, file])), source.emptyFolders);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    const claim = await keeping.claim(origin, known);
    if (signal.aborted) keeping.drop(claim);
    signal.throwIfAborted();
    const kept = claim?.kept;
    const before = kept ?? start;
    const merged = before === undefined ? undefined : reconcile(before.texts, present);
    const edits = before === undefined || merged === undefined ? undefined : { ...before, texts: merged.texts };
    keeping.leave(claim);
    saving.reset(merged?.conflicts);
    session.reset();
    const { kind, name, emptyFolders, folder } = source;
    const removed = edits === undefined ? undefined : removedFiles(source, edits);
    document.getState().open({ kind, name, emptyFolders, ...(folder && { folder }) }, documentFiles(source, present, edits), positionsOf(kept?.layout), removed);
    const view = viewOf();
    selection.getState().openModel(firstModel(view));
    store.setState({ origin, report: source.report, examples: new Map() });
    if (known === undefined) notify({ kind: "opened", name, models: view.models.size, report: source.report });
    const edited = unsavedPaths(document.getState());
    if (kept !== undefined && (edited.length > 0 || kept.damaged.length > 0)) {
      notify({ kind: "restored", files: edited.length, conflicts: merged?.conflicts ?? [], damaged: kept.damaged });
    }
    if (claim !== undefined) keeping.begin(claim, source, origin, present, merged?.texts);
    return true;
  }

  async function openable(id: string | null): Promise<WorkspaceSummary | undefined> {
    const found = (await (await storage)?.list().catch(() => []))?.find((each) => each.id === id);
    return found !== undefined && (await (await reopening()).reopenPermission(found).catch(() => "prompt")) === "granted" ? found : undefined;
  }

  async function sampleEntry(name: string, signal: AbortSignal): Promise<SampleEntry> {
    const samples = store.getState().samples ?? (await listSamples(base, fetch, signal));
    const sample = samples.find((each) => each.name === name);
    if (sample !== undefined) return sample;
    throw new ConchError("REPOSITORY_UNREADABLE", `There is no sample ${name}; there are ${samples.map((each) => each.name).join(", ") || "none"}`, {
      data: { name },
    });
  }

  function showExamples(sample: SampleEntry): void {
    store.setState({ examples: exampleGroups(sampleExamples(sample, base, fetch)) });
  }

  function openSampleByName(name: string): Promise<boolean> {
    return opening(name, async (signal) => {
      const sample = await sampleEntry(name, signal);
      const shown = await show(openSample(sample, base, fetch), { kind: "sample", location: name }, signal);
      showExamples(sample);
      return shown;
    });
  }

  /**
   * Opens a repository that lies in the browser's own store alone: texts by path, and folders without files. Its files count as unsaved until it is
   * saved into a folder.
   */
  function openNew(name: string, texts: ReadonlyMap<string, string> = new Map(), emptyFolders: readonly string[] = []): Promise<boolean> {
    return opening(name, async (signal) => {
      const { newRepository } = await reopening();
      const made = new Map([...texts].map(([path, text]) => [path, { path, saved: null, text, version: 0 }]));
      return show(newRepository(name, emptyFolders), { kind: "new" }, signal, undefined, { texts: made, added: new Map(), removed: [] });
    });
  }

  /** Gives files to the input of the open model that takes data. */
  async function giveFiles(files: readonly { readonly name: string; readonly blob: Blob }[]): Promise<string | undefined> {
    const model = selection.getState().model;
    if (model === null) return undefined;
    const { inputForFiles } = await import("./input-fit.ts");
    const input = inputForFiles(viewOf(), model, files);
    if (input === undefined) return undefined;
    await session.setInput(model, input, { kind: "files", files });
    return input;
  }

  async function giveExample(name?: string): Promise<void> {
    const { examples } = store.getState();
    const group = name === undefined ? [...examples.values()][0] : examples.get(name);
    if (group === undefined) return;
    try {
      const files = await Promise.all(group.map(async (file) => ({ name: file.path, blob: await file.blob() })));
      const { model } = selection.getState();
      const inputs = new Set(model === null ? [] : viewOf().models.get(model)?.config.input.map(({ name }) => name));
      const named = files.filter(({ name }) => inputs.has(inputOf(name) ?? ""));
      const others = files.filter((file) => !named.includes(file));
      if (others.length > 0) await giveFiles(others);
      for (const file of named) await session.setInput(model ?? "", inputOf(file.name) ?? "", { kind: "files", files: [file] });
    } catch (thrown) {
      notify({ kind: "error", error: toErrorRecord(thrown) });
    }
  }

  /** Gives an input of the open model a file of an example. What the example has for other inputs goes to those that were given nothing. */
  async function giveExampleFile(input: string, file: RepositoryFile): Promise<void> {
    const { model } = selection.getState();
    if (model === null) return;
    const given = session.getState().inputs[model] ?? {};
    const open = new Set(viewOf().models.get(model)?.config.input.flatMap(({ name }) => (given[name] === undefined && name !== input ? [name] : [])));
    const group = [...store.getState().examples.values()].find((files) => files.includes(file)) ?? [];
    const companions = group.flatMap((each): [string, RepositoryFile][] => {
      const named = inputOf(each.path);
      return named !== undefined && open.has(named) ? [[named, each]] : [];
    });
    try {
      for (const [name, each] of [[input, file] as const, ...companions]) {
        await session.setInput(model, name, { kind: "files", files: [{ name: each.path.split("/").at(-1) ?? each.path, blob: await each.blob() }] });
      }
    } catch (thrown) {
      notify({ kind: "error", error: toErrorRecord(thrown) });
    }
  }

  /** A lone model file has no configuration: it is made from the file. */
  async function describeLoose(report: OpenReport): Promise<void> {
    for (const { reason, to } of report.entries) {
      const model = to?.split("/")[0];
      if (reason !== "loose-model" || model === undefined || viewOf().models.get(model)?.parsed !== undefined) continue;
      await session.describeModel(model).catch((thrown: unknown) => notify({ kind: "error", error: toErrorRecord(thrown) }));
    }
  }

  async function openHandle(directory: FileSystemDirectoryHandle): Promise<boolean> {
    return opening(directory.name, async (signal, open) => {
      const { openDirectory } = await import("../repositories/directory/open-directory.ts");
      return showFound(await openDirectory(directory, open), { kind: "directory", directory }, signal);
    });
  }

  async function showFound(source: RepositorySource, origin: WorkspaceOrigin, signal: AbortSignal): Promise<boolean> {
    if (source.files.length === 0) {
      notify({ kind: "nothing-found", report: source.report });
      return false;
    }
    await show(source, origin, signal);
    await describeLoose(source.report);
    return true;
  }

  return Object.assign(store, {
    /** Lists samples and recents. */
    refresh: async (): Promise<void> => {
      await Promise.all([
        refreshRecents(),
        listSamples(base, fetch).then(
          (samples) => store.setState({ samples }),
          () => store.setState({ samples: [] }),
        ),
      ]);
    },
    openSample: openSampleByName,
    /** Opens a sample, gives it its first example and runs it. */
    runSample: async (name: string): Promise<void> => {
      store.setState({ runningSample: true });
      try {
        if (!(await openSampleByName(name))) return;
        await giveExample();
        const { model } = selection.getState();
        if (model !== null) await session.execute(model);
      } finally {
        store.setState({ runningSample: false });
      }
    },
    /** Gives the open model one of the sample's examples, the first by default. */
    giveExample,
    giveExampleFile,
    giveFiles,
    /** Opens what was dropped or chosen; files that are inputs go to the open model. */
    openDrop: async (drop: Promise<Drop> | Drop): Promise<void> => {
      const { openDrop } = await import("../repositories/open.ts");
      let inputs: readonly File[] = [];
      await opening("", async (signal, open) => {
        const opened = await openDrop(await drop, open);
        inputs = opened.inputs;
        if (opened.source === undefined) {
          if (inputs.length === 0 || selection.getState().model === null) notify({ kind: "nothing-found", report: null });
          return false;
        }
        const { kind } = opened.source;
        return showFound(opened.source, opened.directory === undefined ? { kind } : { kind, directory: opened.directory }, signal);
      });
      if (inputs.length === 0) return;
      const input = await giveFiles(inputs.map((file) => ({ name: file.name, blob: file })));
      if (input !== undefined) notify({ kind: "input-given", input, files: inputs.map(({ name }) => name) });
    },
    openDirectory: openHandle,
    /** Opens an empty repository, which is nowhere but here. */
    newRepository: (): Promise<boolean> => openNew(NEW_REPOSITORY),
    openNew,
    /** Adds the models in a drop or choice to the open repository, as one entry of the history; inputs go to the open model. The models' folders. */
    addModels: async (drop: Promise<Drop> | Drop, also?: AlsoEdited): Promise<readonly string[]> => {
      const { origin } = document.getState();
      try {
        const { addedModels } = await import("./added-models.ts");
        const read = await drop;
        const folders = [...document.getState().files.keys(), ...(origin?.emptyFolders ?? [])].map((path) => path.split("/")[0] ?? "");
        const { models, edits, renamed, leftOut, inputs } = await addedModels(read, { taken: new Set(folders), describe: session.describeFile });
        if (origin === null || document.getState().origin !== origin) return [];
        const more = models.length > 0 ? also?.(models) : undefined;
        document.getState().edit([...edits, ...(more?.edits ?? [])], "add-models", { moves: more?.moves ?? [] });
        if (models.length > 0) notify({ kind: "models-added", models, renamed, leftOut });
        const input = inputs.length === 0 ? undefined : await giveFiles(inputs.map((file) => ({ name: file.name, blob: file })));
        if (input !== undefined) notify({ kind: "input-given", input, files: inputs.map(({ name }) => name) });
        else if (models.length === 0) notify({ kind: "nothing-found", report: null });
        return models;
      } catch (thrown) {
        notify({ kind: "error", error: toErrorRecord(thrown) });
        return [];
      }
    },
    /** Opens a folder that the application's own server offers. */
    openUrl: (location: string): Promise<boolean> =>
      opening(location, async (signal, open) => {
        const { openHttp } = await import("../repositories/http/open-http.ts");
        return showFound(await openHttp(location, fetch, open), { kind: "http", location }, signal);
      }),
    /** Opens a workspace again. Call it from a click where its folder asks for permission. */
    openRecent: ({ id, name, origin }: WorkspaceSummary): Promise<boolean> =>
      opening(name, async (signal, open) => {
        const kept = await (await storage)?.open(id);
        if (kept === undefined) return false;
        const source = await (await reopening()).reopen(kept, base, fetch, open);
        const shown = await show(source, origin, signal, id, origin.kind === "new" ? kept : undefined);
        if (origin.kind === "sample") showExamples(await sampleEntry(origin.location ?? "", signal));
        return shown;
      }),
    forgetRecent: async (workspace: WorkspaceSummary): Promise<void> => {
      try {
        await keeping.forget(workspace);
      } catch (thrown) {
        notify({ kind: "error", error: toErrorRecord(thrown) });
      }
      await refreshRecents();
    },
    /** The workspace that this tab had open before it was reloaded, where it can be opened without asking. */
    ownWorkspace: (): Promise<WorkspaceSummary | undefined> => openable(workspaceOfTab()),
    /** The workspace that this tab had, else the last visit's unless another tab has it; where it can be opened without asking. */
    lastWorkspace: async (): Promise<WorkspaceSummary | undefined> => {
      const last = workspaceOfBrowser();
      return openable(workspaceOfTab() ?? (last !== null && (await keeping.elsewhere()).has(last) ? null : last));
    },
    /** No repository: back to the gallery. Edits stay in the browser's store. */
    close: (): void => {
      current?.abort();
      keeping.leave();
      saving.reset();
      session.reset();
      selection.getState().openModel(null);
      document.getState().close();
      store.setState({ status: "none", opening: null, origin: null, report: null, examples: new Map() });
      void refreshRecents();
    },
    /** Saves that wait for the user's word. */
    saving,
    /** The repository with its edits as a .zip; undefined when it failed. */
    zip: async (modified: Date): Promise<Blob | undefined> => {
      const { origin, files } = document.getState();
      try {
        const { zipStream } = await import("../repositories/zip/write-zip.ts");
        const inputs = [...files.values()].map(({ path, text, file }) => ({
          path,
          size: file?.size ?? 0,
          content: text ?? (() => file?.blob() ?? Promise.resolve(new Blob())),
        }));
        return await new Response(zipStream(inputs, origin?.emptyFolders ?? [], modified), { headers: { "Content-Type": "application/zip" } }).blob();
      } catch (thrown) {
        notify({ kind: "error", error: toErrorRecord(thrown) });
        return undefined;
      }
    },
    /** Gives up every unsaved edit, as one step of undo. Files made here stay. */
    discardEdits: (): void => {
      const { files, edit } = document.getState();
      const edits = [...files.values()].flatMap(({ path, text, saved }) =>
        text === undefined || saved === undefined || saved === null || text === saved ? [] : [{ path, edits: [{ from: 0, to: text.length, insert: saved }] }],
      );
      edit(edits, "discard");
    },
    /** Writes what is not written yet; call it when the page is hidden. */
    flush: (): Promise<void> => keeping.flush(),
    /** Nothing is to be restored. */
    started: (): void => store.setState(({ status }) => (status === "starting" ? { status: "none" } : {})),
  });
}

/** The workspace session: store and verbs. */
export type WorkspaceSession = ReturnType<typeof createWorkspaceSession>;
