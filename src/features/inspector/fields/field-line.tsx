import { NativeSelect } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconChevronRight, IconFileImport, IconPlus, IconTrash } from "@tabler/icons-react";
import { useId } from "react";
import type { ModelConfig } from "../../../triton/model-config/model-config.ts";
import { inspectorMessages } from "../../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../../ui/catalogue/section.ts";
import { IconButton } from "../../../ui/icon-button.tsx";
import { SeverityGlyph } from "../../../ui/severity-mark.tsx";
import type { Choices } from "./field-choices.ts";
import { FieldControl, KeyControl, NewEntry } from "./field-control.tsx";
import { editValueOf, type FieldChange } from "./field-edits.ts";
import { valueAt, type ChoiceRow, type FieldRow, type FoldRow } from "./field-rows.ts";
import classes from "./fields.module.css";

const STEP_PIXELS = 12;

interface FieldLineProps {
  row: FieldRow;
  choices: Choices;
  /** The configuration as the server completes it. */
  served: ModelConfig;
  /** The caret of the text is here. */
  current: boolean;
  disabled: boolean;
  onChange(change: FieldChange): void;
  onFold(id: string, open: boolean): void;
  onReveal(row: FieldRow): void;
}

/** One field: its name, which leads to the text, its control, what can be done with it, its help, where its value comes from, its findings. */
export function FieldLine({ row, choices, served, current, disabled, onChange, onFold, onReveal }: FieldLineProps) {
  const t = useMessages(inspectorMessages);
  const help = useId();
  const { kind, level, label, path, open, origin, reason, fallback, findings, range } = row;
  const inline = kind === "scalar" || kind === "scalars" || (kind === "entry" && open === undefined);
  const title = kind === "element" ? `${label}${row.summary === "" ? "" : ` · ${row.summary}`}` : label;
  const isValue = row.field.kind === "scalar" || row.field.kind === "enum";
  return (
    <li
      className={classes.row}
      aria-level={level + 1}
      data-current={current || undefined}
      data-origin={origin}
      data-testid={`field-${path.join(".")}`}
      style={{ paddingInlineStart: level * STEP_PIXELS }}
    >
      <div className={classes.line} data-inline={inline || undefined}>
        <span className={classes.name}>
          {open === undefined ? (
            <span className={classes.gap} />
          ) : (
            <button type="button" className={classes.chevron} aria-expanded={open} aria-label={t("foldField", { field: title })} onClick={() => onFold(row.id, !open)}>
              <IconChevronRight size={14} data-open={open || undefined} aria-hidden />
            </button>
          )}
          {kind === "entry" ? (
            <KeyControl row={row} disabled={disabled} onChange={onChange} />
          ) : range === undefined ? (
            <span className={classes.label}>{title}</span>
          ) : (
            <button type="button" className={classes.label} title={t("revealField", { field: title })} onClick={() => onReveal(row)}>{title}</button>
          )}
          {row.count > 0 && (kind === "messages" || kind === "map") && <span className={classes.count}>{row.count}</span>}
        </span>
        {inline && <FieldControl row={row} choices={choices} disabled={disabled} describedBy={help} onChange={onChange} />}
        <span className={classes.actions}>
          <RowActions row={row} served={served} disabled={disabled} onChange={(change) => {
            onChange(change);
            if (change.kind === "add" || change.kind === "set") onFold(row.id, true);
          }} />
        </span>
      </div>
      <p id={help} className={classes.help} title={row.doc}>
        {row.doc}
        {isValue && row.doc !== "" && <span> · {row.field.type}</span>}
        {fallback !== undefined && row.doc !== "" && <span> · {t("default", { value: fallback })}</span>}
      </p>
      {reason !== undefined && origin !== "default" && (
        <p className={classes.reason}>{origin === "server" || row.served === undefined ? reason : t("servedValue", { value: row.served, reason })}</p>
      )}
      {kind === "map" && open !== false && <NewEntry row={row} disabled={disabled} onChange={onChange} onAdded={() => onFold(row.id, true)} />}
      {findings.length > 0 && (
        <ul className={classes.findings}>
          {findings.map(({ id, severity, message }) => (
            <li key={id} data-severity={severity}><SeverityGlyph severity={severity} label={severity} /> {message}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** What can be done with a field besides typing its value. */
function RowActions({ row, served, disabled, onChange }: Pick<FieldLineProps, "row" | "served" | "disabled" | "onChange">) {
  const t = useMessages(inspectorMessages);
  const { kind, path, field, origin, label, index, count } = row;
  const common = { size: "sm", disabled } as const;
  const value = valueAt(served, path);
  const missing = kind === "messages" && Array.isArray(value) ? value.slice(index) : [];
  const values = { field: kind === "element" ? `${field.name} ${label}` : label };
  return (
    <>
      {missing.length > 0 && (
        <IconButton {...common} label={t("writeField", values)} onClick={() => onChange({ kind: "add", path, values: missing.map((one) => editValueOf(one, { ...field, repeated: false })) })}>
          <IconFileImport size={14} />
        </IconButton>
      )}
      {kind === "message" && origin === "server" && (
        <IconButton {...common} label={t("writeField", values)} onClick={() => onChange({ kind: "set", path, value: editValueOf(value, field) })}>
          <IconFileImport size={14} />
        </IconButton>
      )}
      {kind === "messages" && (
        <IconButton {...common} label={t("addElement", values)} onClick={() => onChange({ kind: "add", path, values: [{}] })}>
          <IconPlus size={14} />
        </IconButton>
      )}
      {kind === "message" && origin === "default" && (
        <IconButton {...common} label={t("setField", values)} onClick={() => onChange({ kind: "set", path, value: {} })}>
          <IconPlus size={14} />
        </IconButton>
      )}
      {kind === "element" && origin === "file" && count > 1 && (
        <>
          <IconButton {...common} disabled={disabled || index === 0} label={t("moveUp", values)} onClick={() => onChange({ kind: "move", path, by: -1 })}>
            <IconArrowUp size={14} />
          </IconButton>
          <IconButton {...common} disabled={disabled || index === count - 1} label={t("moveDown", values)} onClick={() => onChange({ kind: "move", path, by: 1 })}>
            <IconArrowDown size={14} />
          </IconButton>
        </>
      )}
      {origin === "file" && (
        <IconButton {...common} label={t("removeField", values)} onClick={() => onChange({ kind: "remove", path })}>
          <IconTrash size={14} />
        </IconButton>
      )}
    </>
  );
}

/** A oneof: choosing a member sets it in the place of the one that was set. */
export function ChoiceLine({ row, disabled, onChange }: { row: ChoiceRow; disabled: boolean; onChange(change: FieldChange): void }) {
  const t = useMessages(inspectorMessages);
  const { members, chosen, path } = row;
  return (
    <li className={classes.row} aria-level={row.level + 1} style={{ paddingInlineStart: row.level * STEP_PIXELS }} data-testid={`choice-${row.label}`}>
      <div className={classes.line} data-inline>
        <span className={classes.name}>
          <span className={classes.gap} />
          <span className={classes.label}>{row.label}</span>
        </span>
        <NativeSelect
          size="xs"
          className={classes.control}
          aria-label={row.label}
          disabled={disabled || !row.editable}
          value={chosen ?? ""}
          data={[{ value: "", label: t("unset") }, ...members.map(({ name }) => ({ value: name, label: name }))]}
          onChange={(event) => {
            const name = event.currentTarget.value;
            onChange({ kind: "choose", message: path, members, member: members.find((member) => member.name === name) });
          }}
        />
      </div>
    </li>
  );
}

/** Opens and closes what of a message is not set. */
export function FoldLine({ row, onFold }: { row: FoldRow; onFold(id: string, open: boolean): void }) {
  const t = useMessages(inspectorMessages);
  return (
    <li className={classes.row} aria-level={row.level + 1} style={{ paddingInlineStart: row.level * STEP_PIXELS }}>
      <button type="button" className={classes.fold} aria-expanded={row.open} data-testid={`fold-${row.path.join(".")}`} onClick={() => onFold(row.id, !row.open)}>
        <IconChevronRight size={14} data-open={row.open || undefined} aria-hidden />
        {t(row.open ? "hideUnset" : "showUnset", { count: row.count })}
      </button>
    </li>
  );
}
