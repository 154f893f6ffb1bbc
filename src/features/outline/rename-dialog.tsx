import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useStore } from "zustand";
import type { OpenModel } from "../../state/open-model.ts";
import { settings } from "../../state/settings.ts";
import { rename, type RenameTarget } from "../../triton/language/rename.ts";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { renameNote } from "../../ui/rename-note.ts";
import classes from "./outline.module.css";

/** What is renamed. */
export type Renamed = Pick<RenameTarget, "name" | "entity">;

/** Asks for another name of a tensor, and says what that changes or why it cannot be. */
export function RenameDialog({ model, target, onRename, onClose }: { model: OpenModel; target: Renamed; onRename(to: string): void; onClose(): void }) {
  const t = useMessages(outlineMessages);
  const language = useStore(settings, (state) => state.language);
  const [text, setText] = useState(target.name);
  const to = text.trim();
  const result = rename(target, to, { model: model.view.name, models: model.repository.graphModels });
  const refused = "refused" in result;
  const note = to === target.name ? undefined : renameNote(result, language);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!refused && to !== target.name) onRename(to);
  };
  return (
    <Modal opened onClose={onClose} title={t("renameTitle", { name: target.name })} returnFocus={false} closeButtonProps={{ "aria-label": t("close") }} size="sm" data-testid="outline-rename">
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          data-autofocus
          label={t("newName")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
          autoComplete="off"
          spellCheck={false}
          {...(refused ? { error: note } : { description: note })}
          inputWrapperOrder={["label", "input", "description", "error"]}
          classNames={{ input: classes.mono }}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" disabled={refused || to === target.name}>{t("apply")}</Button>
        </Group>
      </form>
    </Modal>
  );
}
