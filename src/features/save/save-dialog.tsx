import { useState } from "react";
import { useStore } from "zustand";
import { Alert, Button, Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ErrorRecord } from "../../base/errors.ts";
import type { SaveChoices, SavePlan } from "../../state/save-plan.ts";
import { useApp } from "../../ui/app-context.ts";
import { saveMessages } from "../../ui/catalogue/save.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { FileDiff } from "./file-diff.tsx";
import { FileRow } from "./file-row.tsx";
import classes from "./save.module.css";

/** Below this width list and text stand under each other, and the texts in one. */
const NARROW = "(max-width: 767px)";

/** What a save would write, file by file against what the folder holds now. Nothing is written before its button. */
export function SaveDialog() {
  const t = useMessages(saveMessages);
  const shell = useMessages(shellMessages);
  const { workspace } = useApp();
  const { saving } = workspace;
  const { plan, choices, busy, error } = useStore(saving);
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  if (plan === null) return null;
  const { name } = plan.folder;
  return (
    <Modal
      opened
      onClose={() => {
        if (!busy) saving.cancel();
      }}
      title={t(plan.target === undefined ? "title" : "into", { name })}
      size="min(1100px, 94vw)"
      fullScreen={narrow}
      closeButtonProps={{ "aria-label": shell("close") }}
      data-testid="save-dialog"
    >
      {error !== null && <Failure error={error} />}
      <Summary plan={plan} choices={choices} />
      {plan.items.length > 0 && <Files plan={plan} choices={choices} narrow={narrow} />}
      <div className={classes.actions}>
        <Button variant="default" disabled={busy} onClick={() => saving.cancel()}>
          {t("cancel")}
        </Button>
        <Button loading={busy} onClick={() => void saving.confirm()} data-autofocus data-testid="save-confirm">
          {t(plan.items.length > 0 || plan.target !== undefined ? "save" : "finish")}
        </Button>
      </div>
    </Modal>
  );
}

function Failure({ error }: { error: ErrorRecord }) {
  const t = useMessages(saveMessages);
  return (
    <Alert color="var(--conch-error)" variant="outline" role="alert" title={t(error.code === "REPOSITORY_PARTLY_WRITTEN" ? "partly" : "failed")} className={classes.failure}>
      {`${error.message} (${error.code})`}
    </Alert>
  );
}

function Summary({ plan, choices }: { plan: SavePlan; choices: SaveChoices }) {
  const t = useMessages(saveMessages);
  const { items, same, target } = plan;
  const chosen = (choice: string): number => items.filter(({ path }) => choices.get(path) === choice).length;
  const conflicts = items.filter(({ conflict }) => conflict).length;
  const sentences = [
    ...(target === undefined ? [] : [t("intoDetail")]),
    items.length === 0 ? t("nothing") : t("counts", { write: chosen("mine"), all: items.length }),
    ...(chosen("theirs") > 0 ? [t("taken", { count: chosen("theirs") })] : []),
    ...(conflicts > 0 ? [t("conflicts", { count: conflicts })] : []),
    ...(same.length > 0 && items.length > 0 ? [t("same", { count: same.length })] : []),
  ];
  return (
    <p className={classes.summary} role="status" data-testid="save-summary">
      {sentences.join(" ")}
    </p>
  );
}

function Files({ plan, choices, narrow }: { plan: SavePlan; choices: SaveChoices; narrow: boolean }) {
  const t = useMessages(saveMessages);
  const { saving } = useApp().workspace;
  const [shown, setShown] = useState<string>();
  const { items } = plan;
  const item = items.find(({ path }) => path === shown) ?? items.find(({ conflict }) => conflict) ?? items[0];
  return (
    <div className={classes.body}>
      <ul className={classes.files} aria-label={t("files")}>
        {items.map((each) => (
          <FileRow
            key={each.path}
            item={each}
            choice={choices.get(each.path) ?? "leave"}
            shown={each === item}
            onShow={() => setShown(each.path)}
            onChoose={(choice) => saving.choose(each.path, choice)}
          />
        ))}
      </ul>
      {item !== undefined && <FileDiff key={item.path} item={item} unified={narrow} />}
    </div>
  );
}
