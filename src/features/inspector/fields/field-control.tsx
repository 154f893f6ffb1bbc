import { Button, NativeSelect, SegmentedControl, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useId, useState, type KeyboardEvent } from "react";
import { MODEL_CONFIG_SCHEMA } from "../../../triton/model-config/schema.ts";
import type { EditValue } from "../../../triton/pbtxt/print.ts";
import { inspectorMessages } from "../../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../../ui/catalogue/section.ts";
import type { Choices } from "./field-choices.ts";
import type { FieldChange } from "./field-edits.ts";
import type { FieldRow } from "./field-rows.ts";
import { readKey, readScalar, readScalars, scalarsText, scalarText, type ReadText } from "./field-text.ts";
import classes from "./fields.module.css";

interface ControlProps {
  row: FieldRow;
  disabled: boolean;
  onChange(change: FieldChange): void;
}

type FieldControlProps = ControlProps & { choices: Choices; describedBy: string };

/** The control of a scalar, a list of scalars, or the value of a map entry. An empty number, and an unset switch or name, give the default back. */
export function FieldControl({ row, choices, disabled, describedBy, onChange }: FieldControlProps) {
  const t = useMessages(inspectorMessages);
  const { field, path, written, served, fallback } = row;
  const set = (value: EditValue): void => onChange({ kind: "set", path, value });
  const unset = (): void => onChange({ kind: "remove", path });
  const common = { "aria-label": row.label, "aria-describedby": describedBy, disabled };
  const [value] = written;
  const text = value === undefined ? "" : scalarText(value);
  const usual = served ?? fallback ?? "";

  if (row.kind === "scalars") {
    if (field.type === "string") {
      const tags = written.map(String);
      return <TagsInput {...common} size="xs" className={classes.control} value={tags} onChange={set} allowDuplicates splitChars={[]} placeholder={tags.length === 0 ? usual : ""} />;
    }
    return (
      <TextControl {...common} text={scalarsText(written)} placeholder={usual} read={(typed) => readScalars(field, typed)} onValue={set} onEmpty={unset} />
    );
  }
  if (field.type === "bool") {
    return (
      <SegmentedControl
        {...common}
        className={classes.control}
        fullWidth
        value={value === undefined ? "" : text}
        data={[{ value: "", label: t("unset") }, { value: "true", label: "true" }, { value: "false", label: "false" }]}
        onChange={(chosen) => (chosen === "" ? unset() : set(chosen === "true"))}
      />
    );
  }
  const names = field.kind === "enum" ? enumNames(field.type) : choices.closed ? choices.values : undefined;
  if (names !== undefined) {
    const own = field.kind === "enum" ? (names.find((one) => "number" in one && one.number === text)?.value ?? text) : text;
    const known = own === "" || names.some((one) => one.value === own);
    return (
      <NativeSelect
        {...common}
        size="xs"
        className={classes.control}
        value={own}
        data={[
          { value: "", label: usual === "" ? t("unset") : `${t("unset")} (${usual})` },
          ...names.map((one) => ({ value: one.value, label: one.doc === "" ? one.value : `${one.value} — ${one.doc}` })),
          ...(known ? [] : [{ value: own, label: own }]),
        ]}
        onChange={(event) => {
          const read = readScalar(field, event.currentTarget.value);
          if (event.currentTarget.value === "") unset();
          else if ("value" in read) set(read.value);
        }}
      />
    );
  }
  const isText = field.type === "string";
  return (
    <TextControl
      {...common}
      text={text}
      placeholder={usual}
      suggestions={choices.values}
      read={(typed) => readScalar(field, typed)}
      onValue={set}
      {...(isText ? {} : { onEmpty: unset })}
    />
  );
}

function enumNames(type: string): { value: string; doc: string; number: string }[] {
  const found = MODEL_CONFIG_SCHEMA.enums.get(type);
  return [...(found?.values ?? [])].map(([value, number]) => ({ value, doc: found?.docs.get(value) ?? "", number: String(number) }));
}

interface TextControlProps {
  text: string;
  placeholder?: string;
  suggestions?: Choices["values"];
  disabled: boolean;
  "aria-label": string;
  "aria-describedby"?: string;
  read(text: string): ReadText;
  onValue(value: EditValue): void;
  /** Takes the place of an empty value; without it, the empty text is a value. */
  onEmpty?(): void;
}

/** A text that counts on Enter or when the focus leaves; Escape takes back what was typed. What cannot be read stays, with what is asked for. */
function TextControl({ text, suggestions = [], read, onValue, onEmpty, ...rest }: TextControlProps) {
  const t = useMessages(inspectorMessages);
  const [draft, setDraft] = useState<string>();
  const list = useId();
  const typed = draft ?? text;
  const result = draft === undefined || (draft.trim() === "" && onEmpty !== undefined) ? undefined : read(draft);
  const commit = (): void => {
    if (draft === undefined) return;
    if (result !== undefined && "problem" in result) return;
    setDraft(undefined);
    if (draft === text) return;
    if (result === undefined) onEmpty?.();
    else onValue(result.value);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      commit();
    } else if (event.key === "Escape" && draft !== undefined) {
      event.stopPropagation();
      setDraft(undefined);
    }
  };
  const shared = {
    ...rest,
    className: classes.control,
    size: "xs",
    value: typed,
    error: result !== undefined && "problem" in result ? t(result.problem, result.values) : undefined,
    onBlur: commit,
    onKeyDown: press,
  } as const;
  // A plain input takes line ends out.
  if (/[\n\r]/.test(text)) return <Textarea {...shared} autosize maxRows={8} onChange={(event) => setDraft(event.currentTarget.value)} />;
  return (
    <>
      <TextInput {...shared} {...(suggestions.length === 0 ? {} : { list })} onChange={(event) => setDraft(event.currentTarget.value)} />
      {suggestions.length > 0 && <datalist id={list}>{suggestions.map(({ value, doc }) => <option key={value} value={value}>{doc}</option>)}</datalist>}
    </>
  );
}

/** The key of a map entry; another one renames it, its value stays. */
export function KeyControl({ row, disabled, onChange }: ControlProps) {
  const t = useMessages(inspectorMessages);
  const { path, label, origin } = row;
  return (
    <TextControl
      key={label}
      text={label}
      aria-label={t("keyOf", { field: String(path.at(-2)) })}
      disabled={disabled || origin !== "file"}
      read={(typed) => (row.key === undefined || typed === label ? { value: typed } : readKey(row.key, row.keys ?? [], typed))}
      onValue={(key) => onChange({ kind: "rename-key", path, key: String(key) })}
    />
  );
}

/** Adds an entry to a map under a key that it does not have. */
export function NewEntry({ row, disabled, onChange, onAdded }: ControlProps & { onAdded(): void }) {
  const t = useMessages(inspectorMessages);
  const [key, setKey] = useState("");
  const { path, field, key: keyField, keys = [] } = row;
  const valueField = MODEL_CONFIG_SCHEMA.messages.get(field.type)?.fields.get("value");
  const read = key === "" || keyField === undefined ? undefined : readKey(keyField, keys, key);
  const problem = read !== undefined && "problem" in read ? t(read.problem, read.values) : undefined;
  const add = (): void => {
    if (read === undefined || !("value" in read) || valueField === undefined) return;
    onChange({ kind: "set", path: [...path, String(read.value)], value: valueField.kind === "message" ? {} : "" });
    setKey("");
    onAdded();
  };
  return (
    <form
      className={classes.newEntry}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextInput size="xs" aria-label={t("newKey", { field: field.name })} placeholder={t("key")} disabled={disabled} value={key} error={problem} onChange={(event) => setKey(event.currentTarget.value)} />
      <Button type="submit" variant="default" disabled={disabled || key === "" || problem !== undefined}>{t("addEntry")}</Button>
    </form>
  );
}
