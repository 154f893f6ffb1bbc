import { canPickDirectory, pickDirectory } from "../../repositories/directory/permission.ts";
import { readFileList } from "../../repositories/dropped/read-drop.ts";
import type { Command, Wording } from "../../state/commands.ts";
import type { HistoryEntry } from "../../state/document.ts";
import { unsavedPaths } from "../../state/opened-files.ts";
import { DOCK_TABS } from "../../state/panes.ts";
import { settings, type SettingsState } from "../../state/settings.ts";
import type { App } from "../../ui/app-context.ts";
import { commandMessages } from "../../ui/catalogue/commands.messages.ts";
import { wording } from "../../ui/catalogue/section.ts";
import { historyMessages } from "../../ui/catalogue/shell.messages.ts";
import { chooseFiles } from "../../ui/choose-files.ts";
import { downloadZip, save, saveInto } from "./save.ts";
import { SHORTCUT_KEYS } from "./shortcuts.ts";

type Word = keyof typeof commandMessages.en;

const NEXT_CENTRE = { graph: "outline", outline: "split", split: "text", text: "graph" } as const;

/** What can be done anywhere in the window, in the order of the palette. */
export function windowCommands(app: App, setColorScheme: (scheme: SettingsState["colorScheme"]) => void): readonly Command[] {
  const { document, panes, selection, session, workspace } = app;
  const unless = (wrong: boolean, why: Word): Wording | undefined => (wrong ? wording(commandMessages, why) : undefined);
  const needsRepository = (): Wording | undefined => unless(document.getState().origin === null, "noRepository");
  const command = (id: string, title: Word | Wording, run: () => void, more: Partial<Command> = {}): Command => ({
    id,
    title: typeof title === "string" ? wording(commandMessages, title) : title,
    where: "window",
    ...(id in SHORTCUT_KEYS && { keys: SHORTCUT_KEYS[id as keyof typeof SHORTCUT_KEYS] }),
    run,
    ...more,
  });
  /** One that needs an open repository, and may need more. */
  const within = (id: string, title: Word | Wording, run: () => void, { problem, ...more }: Partial<Command> = {}): Command =>
    command(id, title, run, { problem: () => needsRepository() ?? problem?.(), ...more });
  const named = (key: "undo" | "redo", last: () => HistoryEntry | undefined): Wording => (language) => {
    const label = last()?.label ?? "";
    if (!(label in historyMessages.en)) return commandMessages[language][key];
    return wording(commandMessages, `${key}Named`, { change: historyMessages[language][label as keyof typeof historyMessages.en] })(language);
  };
  const undone = (): HistoryEntry | undefined => document.getState().undoStack.at(-1);
  const redone = (): HistoryEntry | undefined => document.getState().redoStack.at(-1);
  const scheme = (scheme: SettingsState["colorScheme"]): Command =>
    command(`scheme-${scheme}`, scheme, () => setColorScheme(scheme), { problem: () => unless(settings.getState().colorScheme === scheme, "present") });
  const add = async (folder: boolean): Promise<void> => {
    const files = await chooseFiles({ folder });
    if (files.length > 0) await workspace.addModels(readFileList(files));
  };

  return [
    command("palette", "palette", () => panes.getState().showDialog(panes.getState().dialog === "palette" ? null : "palette"), { listed: false }),
    within("run", "run", () => runOpenModel(app), {
      problem: () => unless(selection.getState().model === null, "noModel") ?? unless(session.getState().occupied, "comparing"),
    }),
    within("undo", named("undo", undone), () => document.getState().undo(), { leavesText: true, problem: () => unless(undone() === undefined, "noUndo") }),
    within("redo", named("redo", redone), () => document.getState().redo(), { leavesText: true, problem: () => unless(redone() === undefined, "noRedo") }),
    within("save", "save", () => void save(app)),
    within("save-into", "saveInto", () => void saveInto(workspace), {
      ...(!canPickDirectory() && { listed: false }),
      problem: () => unless(document.getState().origin?.folder !== undefined, "hasFolder"),
    }),
    within("zip", "zip", () => void downloadZip(workspace, document.getState().origin?.name)),
    within("deploy", "deploy", () => panes.getState().showDialog("deploy")),
    within("new-ensemble", "newEnsemble", () => panes.getState().showDialog("new-ensemble")),
    within("add-server", "addServer", () => panes.getState().showDialog("connect-server")),
    within("add-models", "addModels", () => void add(false)),
    within("add-model-folder", "addModelFolder", () => void add(true)),
    within("centre", "centre", () => panes.getState().setCentre(NEXT_CENTRE[panes.getState().centre]), { listed: false }),
    ...(["graph", "outline", "split", "text"] as const).map((centre) =>
      within(`centre-${centre}`, centre, () => {
        panes.getState().setCentre(centre);
        if (centre !== "split") panes.getState().showNarrow(centre);
      }),
    ),
    ...(["explorer", "inspector", "dock"] as const).map((pane) =>
      within(pane, pane, () => {
        panes.getState().toggle(pane);
        // A narrow window has nothing to hide.
        panes.getState().showNarrow(pane);
      }),
    ),
    ...DOCK_TABS.map((tab) => within(tab === "problems" ? tab : `tab-${tab}`, tab === "run" ? "runTab" : tab, () => panes.getState().showTab(tab))),
    within("up", "up", () => selection.getState().leaveTo(), { leavesText: true, problem: () => unless(selection.getState().trail.length === 0, "noTrail") }),
    within("report", "report", () => panes.getState().showDialog("report"), { problem: () => unless(workspace.getState().report === null, "noReport") }),
    within("discard", "discard", () => workspace.discardEdits(), { problem: () => unless(unsavedPaths(document.getState()).length === 0, "noEdits") }),
    command("new-repository", "newRepository", () => void beginRepository(app)),
    command("open-folder", "openFolder", () => void openFolder(workspace)),
    command("open-files", "openFiles", () => void openFiles(workspace, false)),
    within("close", "close", () => workspace.close()),
    command("language", "language", () => settings.getState().setLanguage(settings.getState().language === "en" ? "zh" : "en")),
    scheme("light"),
    scheme("dark"),
    scheme("auto"),
    command("help", "help", () => panes.getState().showDialog("shortcuts"), { leavesText: true }),
  ];
}

async function beginRepository({ workspace, panes }: App): Promise<void> {
  if (await workspace.newRepository()) panes.getState().showDialog("new-ensemble");
}

function runOpenModel({ panes, selection, session }: App): void {
  const { model } = selection.getState();
  if (model === null) return;
  panes.getState().showTab("run");
  void session.execute(model);
}

async function openFolder(workspace: App["workspace"]): Promise<void> {
  if (!canPickDirectory()) return openFiles(workspace, true);
  const directory = await pickDirectory();
  if (directory !== undefined) await workspace.openDirectory(directory);
}

async function openFiles(workspace: App["workspace"], folder: boolean): Promise<void> {
  const files = await chooseFiles({ folder });
  if (files.length > 0) await workspace.openDrop(readFileList(files));
}
