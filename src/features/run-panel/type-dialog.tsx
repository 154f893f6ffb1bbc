import { ActionIcon, Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useEffect, useState, type FormEvent } from "react";
import type { NamedFile } from "../../state/input-fit.ts";
import type { ModelInput } from "../../triton/model-config/model-config.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { takesSeveral, typedBefore, typedKind, typedNumbers, typedTexts } from "./typed-input.ts";
import classes from "./run-panel.module.css";

interface TypeDialogProps {
  readonly input: ModelInput;
  readonly batched: boolean;
  /** The files that the input has now; what was typed is typed on. */
  readonly files: readonly NamedFile[];
  onTake(file: NamedFile): void;
  onClose(): void;
}

/** Asks for the texts or numbers of an input. */
export function TypeDialog({ input, batched, files, onTake, onClose }: TypeDialogProps) {
  const t = useMessages(runMessages);
  const [values, setValues] = useState<readonly string[]>([""]);
  const [wrong, setWrong] = useState(false);
  const texts = typedKind(input) === "texts";
  useEffect(() => {
    let current = true;
    void typedBefore(files).then((before) => current && before !== undefined && before.length > 0 && setValues(texts ? before : [before.join(", ")]));
    return () => {
      current = false;
    };
  }, [files, texts]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const file = texts ? typedTexts(values, input, batched) : typedNumbers(values[0] ?? "", input);
    if (file === undefined) setWrong(true);
    else onTake(file);
  };
  const change = (index: number, value: string): void => {
    setWrong(false);
    setValues(values.map((before, at) => (at === index ? value : before)));
  };
  return (
    <Modal opened onClose={onClose} title={t("typeTitle", { input: input.name })} closeButtonProps={{ "aria-label": t("close") }} size="lg" data-testid="type-dialog">
      <form onSubmit={submit} noValidate>
        {texts ? (
          <TextFields values={values} onChange={change} onRemove={(index) => setValues(values.filter((_, at) => at !== index))} />
        ) : (
          <TextInput
            data-autofocus
            label={t("numbers")}
            description={t("numbersHint")}
            value={values[0] ?? ""}
            onChange={(event) => change(0, event.currentTarget.value)}
            error={wrong ? t("numbersWrong") : undefined}
            autoComplete="off"
          />
        )}
        <Group gap={8} className={classes.typedActions}>
          <Button type="submit">{t("use")}</Button>
          {texts && takesSeveral(input, batched) && (
            <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setValues([...values, ""])}>{t("addText")}</Button>
          )}
        </Group>
      </form>
    </Modal>
  );
}

interface TextFieldsProps {
  readonly values: readonly string[];
  onChange(index: number, value: string): void;
  onRemove(index: number): void;
}

function TextFields({ values, onChange, onRemove }: TextFieldsProps) {
  const t = useMessages(runMessages);
  return values.map((value, index) => (
    // Texts have no name but their place.
    <div key={index} className={classes.typed}>
      <Textarea
        {...(index === values.length - 1 && { "data-autofocus": true })}
        className={classes.typedText}
        label={t("textNumber", { number: index + 1 })}
        value={value}
        onChange={(event) => onChange(index, event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={10}
      />
      {values.length > 1 && (
        <ActionIcon variant="subtle" color="gray" aria-label={t("removeText", { number: index + 1 })} onClick={() => onRemove(index)}>
          <IconX size={14} />
        </ActionIcon>
      )}
    </div>
  ));
}
