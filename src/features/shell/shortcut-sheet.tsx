import type { ReactNode } from "react";
import { useStore } from "zustand";
import { Kbd, Modal } from "@mantine/core";
import { useApp } from "../../ui/app-context.ts";
import { CANVAS_KEYS, type CanvasKey } from "../../ui/canvas-keys.ts";
import { configEditorMessages } from "../../ui/catalogue/config-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages, shortcutMessages } from "../../ui/catalogue/shell.messages.ts";
import { EDITOR_KEYS, type EditorCommand } from "../../ui/editor-keys.ts";
import { keyName } from "../../ui/key-names.ts";
import { SHORTCUT_KEYS, type Shortcut } from "./shortcuts.ts";
import classes from "./dialogs.module.css";

/** The sheet that "?" opens. */
export function ShortcutSheet() {
  const t = useMessages(shortcutMessages);
  const shell = useMessages(shellMessages);
  const editor = useMessages(configEditorMessages);
  const { panes } = useApp();
  const opened = useStore(panes, (state) => state.dialog === "shortcuts");
  return (
    <Modal opened={opened} onClose={() => panes.getState().showDialog(null)} title={t("title")} closeButtonProps={{ "aria-label": shell("close") }} centered>
      <table className={classes.table}>
        <Group title={t("window")}>
          {(Object.keys(SHORTCUT_KEYS) as Shortcut[]).map((shortcut) => (
            <Row key={shortcut} label={t(shortcut)} chords={[SHORTCUT_KEYS[shortcut]]} />
          ))}
        </Group>
        <Group title={t("canvas")}>
          {(Object.keys(CANVAS_KEYS) as CanvasKey[]).map((key) => (
            <Row key={key} label={t(key)} chords={[CANVAS_KEYS[key]]} />
          ))}
        </Group>
        <Group title={t("editor")}>
          {(Object.keys(EDITOR_KEYS) as EditorCommand[]).map((command) => (
            <Row key={command} label={editor(command)} chords={EDITOR_KEYS[command]} />
          ))}
        </Group>
      </table>
    </Modal>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={2} className={classes.group}>
          {title}
        </th>
      </tr>
      {children}
    </tbody>
  );
}

/** What keys do, and the keys: those of a chord together, chords apart. */
function Row({ label, chords }: { label: string; chords: readonly (readonly string[])[] }) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>
        {chords.map((keys) => (
          <span key={keys.join()} className={classes.chord}>
            {keys.map((key) => (
              <Kbd key={key} size="xs">
                {keyName(key)}
              </Kbd>
            ))}
          </span>
        ))}
      </td>
    </tr>
  );
}
