import { Menu } from "@mantine/core";
import { nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import type { Command } from "@codemirror/view";
import { IconAlignLeft, IconDots, IconServer2 } from "@tabler/icons-react";
import { configEditorMessages } from "../../ui/catalogue/config-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { EDITOR_KEYS, type EditorCommand } from "../../ui/editor-keys.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { keyNames } from "../../ui/key-names.ts";
import { formatDocument } from "./formatting.ts";
import { showHover } from "./hover.ts";
import type { LanguageHost } from "./language-host.ts";
import { goToDefinition, listReferences } from "./navigation.ts";
import { quickFix } from "./quick-fix.ts";
import { askForName } from "./rename-panel.ts";
import type { OpenEditor } from "./use-editor.ts";
import classes from "./config-editor.module.css";

/** What the menu offers at the caret. */
const ACTIONS: readonly (readonly [label: Exclude<EditorCommand, "complete" | "back" | "format">, command: (host: LanguageHost) => Command])[] = [
  ["definition", goToDefinition],
  ["listReferences", listReferences],
  ["renameTensor", askForName],
  ["quickFix", quickFix],
  ["hover", showHover],
  ["nextFinding", () => nextDiagnostic],
  ["previousFinding", () => previousDiagnostic],
];

/** The keys of a command in one string. */
function keysOf(command: EditorCommand): string {
  return EDITOR_KEYS[command].map((chord) => keyNames(chord)).join(" ");
}

/** The buttons of a configuration's editor: format it, see it as the server does, and what can be done at the caret. */
export function EditorActions({ editor, served, onServed }: { editor: OpenEditor | null; served: boolean; onServed(shown: boolean): void }) {
  const t = useMessages(configEditorMessages);
  const run = (command: (host: LanguageHost) => Command): void => {
    if (editor === null) return;
    editor.view.focus();
    command(editor.host)(editor.view);
  };
  return (
    <div className={classes.actions} role="toolbar" aria-label={t("actions")}>
      <IconButton label={t("format")} keys={keysOf("format")} variant="subtle" color="gray" size="sm" onClick={() => run(formatDocument)} data-testid="format">
        <IconAlignLeft size={16} />
      </IconButton>
      <IconButton label={t("served")} variant={served ? "light" : "subtle"} color={served ? undefined : "gray"} size="sm" aria-pressed={served} onClick={() => onServed(!served)} data-testid="served">
        <IconServer2 size={16} />
      </IconButton>
      <Menu position="bottom-end" withinPortal returnFocus={false}>
        <Menu.Target>
          <IconButton label={t("actions")} variant="subtle" color="gray" size="sm" data-testid="editor-actions">
            <IconDots size={16} />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          {ACTIONS.map(([label, command]) => (
            <Menu.Item key={label} rightSection={<span className={classes.keys}>{keysOf(label)}</span>} onClick={() => run(command)}>
              {t(label)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
