import type { ReactNode } from "react";
import { useStore } from "zustand";
import { Kbd, Modal } from "@mantine/core";
import type { Command } from "../../state/commands.ts";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { CANVAS_KEYS, type CanvasKey } from "../../ui/canvas-keys.ts";
import { configEditorMessages } from "../../ui/catalogue/config-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { shortcutMessages } from "../../ui/catalogue/shortcuts.messages.ts";
import { EDITOR_KEYS, type EditorCommand } from "../../ui/editor-keys.ts";
import { keyName } from "../../ui/key-names.ts";
import classes from "./dialogs.module.css";

/** The sheet that "?" opens: the keys of the commands that there are, and those that graph and editor listen to themselves. */
export function ShortcutSheet() {
  const t = useMessages(shortcutMessages);
  const shell = useMessages(shellMessages);
  const editor = useMessages(configEditorMessages);
  const { panes, commands: store } = useApp();
  const language = useStore(settings, (state) => state.language);
  const commands = useStore(store, (state) => state.commands);
  const withKeys = (where: Command["where"]) => [...commands.values()].flatMap((command) => (command.where === where && command.keys !== undefined ? [{ ...command, keys: command.keys }] : []));
  const opened = useStore(panes, (state) => state.dialog === "shortcuts");
  return (
    <Modal opened={opened} onClose={() => panes.getState().showDialog(null)} title={t("title")} closeButtonProps={{ "aria-label": shell("close") }} centered>
      <table className={classes.table}>
        <Group title={t("window")}>
          {withKeys("window").map(({ id, title, keys }) => (
            <Row key={id} label={title(language)} chords={keys} />
          ))}
        </Group>
        <Group title={t("canvas")}>
          {(Object.keys(CANVAS_KEYS) as CanvasKey[]).map((key) => (
            <Row key={key} label={t(key)} chords={[CANVAS_KEYS[key]]} />
          ))}
          {withKeys("canvas").map(({ id, title, keys }) => (
            <Row key={id} label={title(language)} chords={keys} />
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
