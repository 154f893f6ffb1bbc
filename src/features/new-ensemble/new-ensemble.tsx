import { Button, Group, Modal, NumberInput, TextInput } from "@mantine/core";
import { useMemo, useState, type FormEvent } from "react";
import { useStore } from "zustand";
import { newEnsemble } from "../../triton/ensemble/new-model.ts";
import { judgeModelName } from "../../triton/repository/model-name.ts";
import { useApp } from "../../ui/app-context.ts";
import { newEnsembleMessages } from "../../ui/catalogue/new-ensemble.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useReturnedFocus } from "../../ui/use-returned-focus.ts";
import classes from "./new-ensemble.module.css";

/** Largest value of an int32. */
const MOST_BATCH = 2 ** 31 - 1;

/** Asks for the name and batch size of a new ensemble, makes its files as one step of undo, and opens it. */
export function NewEnsemble() {
  const t = useMessages(newEnsembleMessages);
  const { document, selection, panes } = useApp();
  const files = useStore(document, (state) => state.files);
  const origin = useStore(document, (state) => state.origin);
  const [name, setName] = useState("");
  const [batch, setBatch] = useState<number | string>(0);
  useReturnedFocus();
  const taken = useMemo(() => new Set([...files.keys(), ...(origin?.emptyFolders ?? [])].map((path) => path.split("/")[0] ?? "")), [files, origin]);
  const { refusal, caveats } = judgeModelName(name, taken);
  const words = { name, bytes: new TextEncoder().encode(name).length, encoded: shortened(encoded(name)) };
  const error = refusal !== undefined && name !== "" ? t(refusal, words) : undefined;
  const close = (): void => panes.getState().showDialog(null);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (refusal !== undefined) return;
    document.getState().edit(newEnsemble(name, taken, Number(batch)), "new-ensemble");
    selection.getState().openModel(name);
    panes.getState().showNarrow(panes.getState().picture);
    close();
    window.document.getElementById("centre")?.focus();
  };

  return (
    <Modal opened onClose={close} title={t("title")} returnFocus={false} closeButtonProps={{ "aria-label": t("close") }} size="sm" data-testid="new-ensemble">
      <form onSubmit={submit} className={classes.form} noValidate>
        <TextInput
          data-autofocus
          required
          label={t("name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          description={t("hint")}
          error={error}
          inputWrapperOrder={["label", "input", "description", "error"]}
          classNames={{ input: classes.mono }}
        />
        <div role="status" data-testid="name-caveats">
          {caveats.length > 0 && (
            <ul className={classes.caveats}>
              {caveats.map((caveat) => (
                <li key={caveat}>{t(caveat, words)}</li>
              ))}
            </ul>
          )}
        </div>
        <NumberInput
          label={t("batch")}
          description={t("batchHint")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          value={batch}
          onChange={setBatch}
          min={0}
          max={MOST_BATCH}
          allowDecimal={false}
          allowNegative={false}
          clampBehavior="strict"
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>{t("cancel")}</Button>
          <Button type="submit" disabled={refusal !== undefined}>{t("create")}</Button>
        </Group>
      </form>
    </Modal>
  );
}

/** A name as the path of a request has it; "" for one that none can have. */
function encoded(name: string): string {
  return name.isWellFormed() ? encodeURIComponent(name) : "";
}

function shortened(text: string): string {
  return text.length > 64 ? `${text.slice(0, 60)}…` : text;
}
