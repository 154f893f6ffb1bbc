import { Kbd, Modal, TextInput } from "@mantine/core";
import { useId, useMemo, useState, type KeyboardEvent } from "react";
import { useStore } from "zustand";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { paletteMessages } from "../../ui/catalogue/palette.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { keyName } from "../../ui/key-names.ts";
import { useReturnedFocus } from "../../ui/use-returned-focus.ts";
import { paletteEntries, type PaletteEntry } from "./entries.ts";
import { ranked } from "./ranking.ts";
import classes from "./palette.module.css";

/** Entries on screen; the rest is found by typing more. */
const MOST_SHOWN = 100;
/** Entries that one press of PageUp or PageDown passes. */
const PAGE = 8;

/** All that can be done and gone to, found by typing: arrows move, Enter does it, Escape leaves everything as it is. */
export function Palette() {
  const t = useMessages(paletteMessages);
  const app = useApp();
  const { commands, panes } = app;
  const language = useStore(settings, (state) => state.language);
  const recent = useStore(commands, (state) => state.recent);
  const list = useId();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const [refusal, setRefusal] = useState("");
  useReturnedFocus();
  // As things were when it was opened: behind it nothing changes.
  const entries = useMemo(() => paletteEntries(app, language), [app, language]);
  const found = useMemo(() => ranked(entries, typed, recent), [entries, typed, recent]);
  const shown = found.slice(0, MOST_SHOWN);
  const at = Math.min(active, shown.length - 1);
  const close = (): void => panes.getState().showDialog(null);

  const choose = ({ id, problem, run }: PaletteEntry): void => {
    if (problem !== undefined) {
      setRefusal(t("refused", { reason: problem }));
      return;
    }
    commands.getState().used(id);
    close();
    run();
  };
  const move = (to: number): void => {
    setActive(to);
    setRefusal("");
    document.getElementById(`${list}-${to}`)?.scrollIntoView({ block: "nearest" });
  };
  const press = (event: KeyboardEvent): void => {
    const last = shown.length - 1;
    const to = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(at + PAGE, last),
      PageUp: Math.max(at - PAGE, 0),
    }[event.key];
    const chosen = shown[at];
    if (event.nativeEvent.isComposing) return;
    if (to !== undefined && shown.length > 0) move(to);
    else if (event.key === "Enter" && chosen !== undefined) choose(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <Modal.Root opened onClose={close} returnFocus={false} size="lg" yOffset="8vh" classNames={{ content: classes.palette }}>
      <Modal.Overlay />
      <Modal.Content aria-label={t("title")} data-testid="palette">
        <TextInput
          data-autofocus
          size="md"
          variant="unstyled"
          role="combobox"
          aria-label={t("search")}
          placeholder={t("search")}
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={at < 0 ? undefined : `${list}-${at}`}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: classes.search }}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setActive(0);
            setRefusal("");
          }}
          onKeyDown={press}
        />
        <ul id={list} className={classes.entries} role="listbox" aria-label={t("list")} tabIndex={-1}>
          {shown.map((entry, index) => (
            <Entry key={entry.id} id={`${list}-${index}`} entry={entry} active={index === at} onChoose={() => choose(entry)} onActive={() => setActive(index)} />
          ))}
        </ul>
        {shown.length === 0 && <p className={classes.note}>{t("nothing")}</p>}
        {found.length > shown.length && <p className={classes.note}>{t("more", { count: found.length - shown.length })}</p>}
        <p className={refusal === "" ? "visually-hidden" : classes.note} role="status">{refusal}</p>
      </Modal.Content>
    </Modal.Root>
  );
}

function Entry({ id, entry, active, onChoose, onActive }: { id: string; entry: PaletteEntry; active: boolean; onChoose(): void; onActive(): void }) {
  const t = useMessages(paletteMessages);
  const { kind, title, detail, chord, problem } = entry;
  return (
    // The keys are the input's.
    <li id={id} className={classes.entry} role="option" aria-selected={active} aria-disabled={problem !== undefined || undefined} data-entry={entry.id} onClick={onChoose} onMouseMove={onActive}>
      <span className={classes.title} title={title}>{title}</span>
      {(problem ?? detail) !== undefined && <span className={classes.detail} title={problem ?? detail}>{problem ?? detail}</span>}
      {chord !== undefined && (
        <span className={classes.keys}>
          {chord.map((key) => (
            <Kbd key={key} size="xs">{keyName(key)}</Kbd>
          ))}
        </span>
      )}
      {kind !== "command" && <span className={classes.kind}>{t(kind)}</span>}
    </li>
  );
}
