import { Popover, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import type { OpenModel } from "../../state/open-model.ts";
import type { Renamed } from "../../triton/language/rename.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useRenaming } from "../../ui/use-renaming.ts";
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
  const { text, setText, to, changes, refused, note = t("renameHint") } = useRenaming(model, renamed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (refused) return;
    if (changes) onRename(to);
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
