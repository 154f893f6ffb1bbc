import { Button, Group, Modal, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import type { OpenModel } from "../../state/open-model.ts";
import type { RenameTarget } from "../../triton/language/rename.ts";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useRenaming } from "../../ui/use-renaming.ts";
import classes from "./outline.module.css";

/** What is renamed. */
export type Renamed = Pick<RenameTarget, "name" | "entity">;

/** Asks for another name of a tensor, and says what that changes or why it cannot be. */
export function RenameDialog({ model, target, onRename, onClose }: { model: OpenModel; target: Renamed; onRename(to: string): void; onClose(): void }) {
  const t = useMessages(outlineMessages);
  const { text, setText, to, changes, refused, note } = useRenaming(model, target);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!refused && changes) onRename(to);
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
          <Button type="submit" disabled={refused || !changes}>{t("apply")}</Button>
        </Group>
      </form>
    </Modal>
  );
}
