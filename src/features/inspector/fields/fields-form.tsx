import { TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { textOf } from "../../../base/errors.ts";
import type { ModelView } from "../../../state/derived.ts";
import type { Path } from "../../../triton/pbtxt/path.ts";
import { useApp } from "../../../ui/app-context.ts";
import { inspectorMessages } from "../../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../../ui/catalogue/section.ts";
import { usePresent, useRepository } from "../../../ui/open-model.ts";
import { Part } from "../facts.tsx";
import { choicesOf } from "./field-choices.ts";
import { fileEdits, type FieldChange } from "./field-edits.ts";
import { ChoiceLine, FieldLine, FoldLine } from "./field-line.tsx";
import { formRows, rowAt, type FieldRow } from "./field-rows.ts";
import classes from "./fields.module.css";

const WHOLE: Path = [];

/**
 * Every field of a model's configuration, or of one message of it, to look up and to edit. Each change is one entry of the history and
 * touches only what it names. A text that does not parse is shown, not edited.
 */
export function FieldsForm({ view, root = WHOLE, title }: { view: ModelView; root?: Path; title: string }) {
  const t = useMessages(inspectorMessages);
  const { document, selection, panes } = useApp();
  const repository = useRepository();
  const present = usePresent();
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [search, setSearch] = useState("");
  const { parsed, verdict, name } = view;
  const rows = useMemo(() => formRows({ parsed, verdict, root }, { folds, search }), [parsed, verdict, root, folds, search]);
  const caret = useStore(selection, (state) => (state.caret !== null && state.caret.file === parsed?.file ? state.caret.offset : null));
  const current = caret === null ? undefined : rowAt(rows, { from: caret, to: caret })?.id;
  const list = useRef<HTMLUListElement>(null);
  const disabled = parsed?.valid === false;

  useEffect(() => {
    if (current !== undefined) list.current?.querySelector("[data-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const change = (what: FieldChange): void => {
    const now = present().models.get(name);
    if (now === undefined || now.parsed?.valid === false) return;
    try {
      document.getState().edit([fileEdits(name, now.parsed, what)], "field");
    } catch (thrown) {
      notifications.show({ color: "red", title: t("cannot"), message: textOf(thrown) });
    }
  };
  const fold = (id: string, open: boolean): void => setFolds((before) => new Map(before).set(id, open));
  const reveal = ({ range }: FieldRow): void => {
    if (parsed === undefined || range === undefined) return;
    const { model, openFile, revealText } = selection.getState();
    openFile(model === name ? null : parsed.file);
    panes.getState().showText();
    revealText(parsed.file, range);
  };

  return (
    <Part title={title}>
      {disabled && <p className={classes.notice} data-testid="fields-broken">{t("cannotEdit")}</p>}
      {root.length === 0 && (
        <TextInput
          type="search"
          mb={4}
          placeholder={t("searchFields")}
          aria-label={t("searchFields")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          data-testid="fields-search"
        />
      )}
      {rows.length === 0 && search !== "" && <p className={classes.notice}>{t("noFields")}</p>}
      <ul ref={list} className={classes.rows} aria-label={title} data-testid={root.length === 0 ? "fields" : "fields-part"}>
        {rows.map((row) => {
          if (row.kind === "fold") return <FoldLine key={row.id} row={row} onFold={fold} />;
          if (row.kind === "choice") return <ChoiceLine key={row.id} row={row} disabled={disabled} onChange={change} />;
          return (
            <FieldLine
              key={row.id}
              row={row}
              choices={choicesOf(row, name, repository)}
              served={verdict.config}
              current={row.id === current}
              disabled={disabled || !row.editable}
              onChange={change}
              onFold={fold}
              onReveal={reveal}
            />
          );
        })}
      </ul>
    </Part>
  );
}
