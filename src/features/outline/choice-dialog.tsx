import { Modal, TextInput } from "@mantine/core";
import { useId, useState, type KeyboardEvent } from "react";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import classes from "./outline.module.css";

/** One of several things to choose from. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  /** Shown behind the label. */
  readonly detail?: string;
  /** Why it cannot be chosen; absent where it can. */
  readonly problem?: string;
}

/** A list to choose from, narrowed by typing: arrows move, Enter chooses. What cannot be chosen says why. */
export function ChoiceDialog({ title, choices, empty, onChoose, onClose }: { title: string; choices: readonly Choice[]; empty: string; onChoose(id: string): void; onClose(): void }) {
  const t = useMessages(outlineMessages);
  const list = useId();
  const [filter, setFilter] = useState("");
  const [active, setActive] = useState(0);
  const [refusal, setRefusal] = useState("");
  const shown = choices.filter(({ label }) => label.toLowerCase().includes(filter.trim().toLowerCase()));
  const at = Math.min(active, shown.length - 1);

  const choose = ({ id, problem }: Choice): void => {
    if (problem === undefined) onChoose(id);
    else setRefusal(t("refused", { reason: problem }));
  };
  const move = (to: number): void => {
    setActive(to);
    setRefusal("");
    document.getElementById(`${list}-${to}`)?.scrollIntoView({ block: "nearest" });
  };
  const press = (event: KeyboardEvent): void => {
    const to = { ArrowDown: (at + 1) % shown.length, ArrowUp: (at + shown.length - 1) % shown.length, PageUp: 0, PageDown: shown.length - 1 }[event.key];
    const chosen = shown[at];
    if (to !== undefined && shown.length > 0) move(to);
    else if (event.key === "Enter" && chosen !== undefined) choose(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <Modal opened onClose={onClose} title={title} returnFocus={false} closeButtonProps={{ "aria-label": t("close") }} size="md" data-testid="outline-choices">
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={t("filter")}
        placeholder={t("filter")}
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={at < 0 ? undefined : `${list}-${at}`}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        value={filter}
        onChange={(event) => {
          setFilter(event.currentTarget.value);
          setActive(0);
          setRefusal("");
        }}
        onKeyDown={press}
      />
      <ul id={list} className={classes.choices} role="listbox" aria-label={t("choices")} tabIndex={-1}>
        {shown.map((choice, index) => (
          // The keys are the input's.
          <li
            key={choice.id}
            id={`${list}-${index}`}
            className={classes.choice}
            role="option"
            aria-selected={index === at}
            aria-disabled={choice.problem !== undefined || undefined}
            onClick={() => choose(choice)}
            onMouseMove={() => setActive(index)}
          >
            <span className={classes.choiceLabel}>{choice.label}</span>
            {choice.detail !== undefined && <span className={classes.choiceDetail}>{choice.detail}</span>}
            {choice.problem !== undefined && <span className={classes.choiceProblem}>{choice.problem}</span>}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className={classes.note}>{choices.length === 0 ? empty : t("noChoice")}</p>}
      <p className={classes.note} role="status">{refusal}</p>
    </Modal>
  );
}
