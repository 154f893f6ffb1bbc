import { useStore } from "zustand";
import { Kbd, Modal } from "@mantine/core";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages, shortcutMessages } from "../../ui/catalogue/shell.messages.ts";
import { keyName } from "../../ui/key-names.ts";
import { SHORTCUT_KEYS, type Shortcut } from "./shortcuts.ts";
import classes from "./dialogs.module.css";

/** The sheet that "?" opens. */
export function ShortcutSheet() {
  const t = useMessages(shortcutMessages);
  const shell = useMessages(shellMessages);
  const { panes } = useApp();
  const opened = useStore(panes, (state) => state.dialog === "shortcuts");
  return (
    <Modal opened={opened} onClose={() => panes.getState().showDialog(null)} title={t("title")} closeButtonProps={{ "aria-label": shell("close") }} centered>
      <table className={classes.table}>
        <tbody>
          {(Object.keys(SHORTCUT_KEYS) as Shortcut[]).map((shortcut) => (
            <tr key={shortcut}>
              <th scope="row">{t(shortcut)}</th>
              <td>
                {SHORTCUT_KEYS[shortcut].map((key) => (
                  <Kbd key={key} size="xs">
                    {keyName(key)}
                  </Kbd>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}
