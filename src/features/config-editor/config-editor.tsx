import { Button, Tabs } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileOff, IconFileText } from "@tabler/icons-react";
import { useRef, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import type { ModelView } from "../../state/derived.ts";
import { modelOfFile } from "../../triton/model-config/decode.ts";
import { useApp } from "../../ui/app-context.ts";
import { configEditorMessages } from "../../ui/catalogue/config-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useOpenModel, useRepository } from "../../ui/open-model.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { EditorActions } from "./editor-actions.tsx";
import { ServedView } from "./served-view.tsx";
import { textFilesOf } from "./text-files.ts";
import { createTrail, type Trail } from "./trail.ts";
import { useEditor, type OpenEditor } from "./use-editor.ts";
import classes from "./config-editor.module.css";

/** The text of the chosen file: by default the open model's config.pbtxt, with its model's other text files as tabs. */
export function ConfigEditor() {
  const t = useMessages(configEditorMessages);
  const { document, selection } = useApp();
  const open = useOpenModel();
  const repository = useRepository();
  const chosen = useStore(selection, (state) => state.file);
  const [trail] = useState(createTrail);
  const [served, setServed] = useState(false);
  const [editor, setEditor] = useState<OpenEditor | null>(null);
  const file = chosen ?? open?.view.directory.config ?? null;
  const present = useStore(document, ({ files }) => file !== null && files.get(file)?.text !== undefined);
  const view = file === null ? open?.view : (repository.models.get(modelOfFile(file) ?? "") ?? open?.view);
  if (view === undefined && file === null) return <PaneNotice icon={<IconFileText />}>{t("nothingOpen")}</PaneNotice>;
  const body =
    file !== null && present ? <EditorPane key={file} file={file} onEditor={setEditor} trail={trail} /> : file === null && view !== undefined ? <NoConfig view={view} /> : <NoText file={file ?? ""} isConfig={file === view?.directory.config} />;
  return (
    <section className={classes.pane} aria-label={file === null ? undefined : t("region", { file })} data-testid="config-editor">
      {view === undefined ? (
        body
      ) : (
        <FileTabs view={view} file={file} actions={file !== null && file === view.directory.config && <EditorActions editor={editor} served={served} onServed={setServed} />}>
          {body}
          {served && file === view.directory.config && <ServedView view={view} />}
        </FileTabs>
      )}
    </section>
  );
}

function EditorPane({ file, onEditor, trail }: { file: string; onEditor(editor: OpenEditor | null): void; trail: Trail }) {
  const t = useMessages(configEditorMessages);
  const parent = useRef<HTMLDivElement>(null);
  useEditor({ parent, onEditor, trail }, file, t("region", { file }));
  return <div ref={parent} className={classes.editor} data-testid="config-text" data-file={file} />;
}

function FileTabs({ view, file, actions, children }: { view: ModelView; file: string | null; actions: ReactNode; children: ReactNode }) {
  const t = useMessages(configEditorMessages);
  const { document, selection } = useApp();
  const files = useStore(document, (state) => state.files);
  const paths = textFilesOf(view, files);
  if (paths.length === 0) return children;
  return (
    <Tabs
      value={file}
      onChange={(path) => selection.getState().openFile(path === view.directory.config && selection.getState().model === view.name ? null : path)}
      classNames={{ root: classes.root, list: classes.tabs, tab: classes.tab, panel: classes.panel }}
      variant="none"
    >
      <div className={classes.bar}>
        <Tabs.List aria-label={t("files", { model: view.name })}>
        {paths.map((path) => {
          const { text, saved } = files.get(path) ?? {};
          const changed = text !== saved;
          return (
            <Tabs.Tab key={path} value={path} data-testid={`file-${path}`} title={path}>
              {path.slice(view.name.length + 1)}
              {changed && <span className={classes.changed} title={t("changed")}> ●</span>}
            </Tabs.Tab>
          );
        })}
        </Tabs.List>
        {actions}
      </div>
      {file === null ? children : <Tabs.Panel value={file}>{children}</Tabs.Panel>}
    </Tabs>
  );
}

function NoConfig({ view }: { view: ModelView }) {
  const t = useMessages(configEditorMessages);
  const { session } = useApp();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      await session.describeModel(view.name);
    } catch (thrown) {
      notifications.show({ color: "red", title: t("makeFailed"), message: textOf(thrown) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <PaneNotice icon={<IconFileOff />} action={<Button loading={busy} onClick={() => void make()}>{t("makeConfig")}</Button>}>
      {t("noConfig", { model: view.name })}
    </PaneNotice>
  );
}

function NoText({ file, isConfig }: { file: string; isConfig: boolean }) {
  const t = useMessages(configEditorMessages);
  const { selection } = useApp();
  return (
    <PaneNotice
      icon={<IconFileOff />}
      action={!isConfig && <Button variant="default" onClick={() => selection.getState().openFile(null)}>{t("openConfig")}</Button>}
    >
      {t("noText", { file })}
    </PaneNotice>
  );
}
