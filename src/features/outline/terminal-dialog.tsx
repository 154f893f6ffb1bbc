import { Button, Group, Modal, NativeSelect, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { DATA_TYPES, type DataType } from "../../tensor/data-type.ts";
import type { NewTerminal } from "../../triton/ensemble/edit.ts";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { parseDims } from "./dims-text.ts";
import classes from "./outline.module.css";

const TYPES = DATA_TYPES.filter((type) => type !== "TYPE_INVALID");

/** Asks for name, type and dims of a new input or output of an ensemble. */
export function TerminalDialog({ kind, onAdd, onClose }: { kind: "input" | "output"; onAdd(terminal: NewTerminal): void; onClose(): void }) {
  const t = useMessages(outlineMessages);
  const [name, setName] = useState("");
  const [dataType, setDataType] = useState<DataType>("TYPE_FP32");
  const [dimsText, setDimsText] = useState("-1");
  const [tried, setTried] = useState(false);
  const dims = parseDims(dimsText);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (dims !== undefined && name.trim() !== "") onAdd({ name: name.trim(), dataType, dims });
  };
  return (
    <Modal opened onClose={onClose} title={t(kind === "input" ? "inputTitle" : "outputTitle")} returnFocus={false} closeButtonProps={{ "aria-label": t("close") }} size="sm" data-testid="outline-terminal">
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          data-autofocus
          label={t("name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={tried && name.trim() === "" ? t("noName") : undefined}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: classes.mono }}
        />
        <NativeSelect size="xs" label={t("type")} data={TYPES} value={dataType} onChange={(event) => setDataType(event.currentTarget.value as DataType)} classNames={{ input: classes.mono }} />
        <TextInput
          label={t("dims")}
          description={t("dimsHint")}
          value={dimsText}
          onChange={(event) => setDimsText(event.currentTarget.value)}
          error={dims === undefined ? t("badDims") : undefined}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: classes.mono }}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit">{t("add")}</Button>
        </Group>
      </form>
    </Modal>
  );
}
