import { Popover, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useStore } from "zustand";
import type { OpenModel } from "../../state/open-model.ts";
import { settings } from "../../state/settings.ts";
import { rename, type Renamed } from "../../triton/language/rename.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { renameNote } from "../../ui/rename-note.ts";
import type { Spot } from "./canvas-verbs.ts";
import { SpotAnchor } from "./spot-anchor.tsx";

interface Props {
  readonly renamed: Renamed;
  readonly spot: Spot;
  readonly model: OpenModel;
  onRename(to: string): void;
  onClose(): void;
}

/** Takes the new name of a tensor where it stands, and says what that changes or why it cannot be. Enter renames, Escape does not. */
export function RenameBox({ renamed, spot, model, onRename, onClose }: Props) {
  const t = useMessages(graphEditorMessages);
  const language = useStore(settings, (state) => state.language);
  const [text, setText] = useState(renamed.name);
  const to = text.trim();
  const result = rename(renamed, to, { model: model.view.name, models: model.repository.graphModels });
  const refused = "refused" in result;
  const note = to === renamed.name ? t("renameHint") : renameNote(result, language);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (refused) return;
    if (to !== renamed.name) onRename(to);
    onClose();
  };
  return (
    <Popover opened onChange={(opened) => opened || onClose()} position="bottom" trapFocus withinPortal width={280}>
      <Popover.Target>
        <SpotAnchor spot={spot} />
      </Popover.Target>
      <Popover.Dropdown p="xs" data-testid="rename-box" aria-label={t("renameTitle", { name: renamed.name })}>
        <form onSubmit={submit}>
          <TextInput
            data-autofocus
            aria-label={t("renameTitle", { name: renamed.name })}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onFocus={(event) => event.currentTarget.select()}
            autoComplete="off"
            spellCheck={false}
            {...(refused ? { error: note } : { description: note })}
            inputWrapperOrder={["input", "description", "error"]}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
