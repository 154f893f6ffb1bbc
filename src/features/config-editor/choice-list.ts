import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, showTooltip, type Tooltip } from "@codemirror/view";

/** One thing to choose. */
export interface Choice {
  readonly label: string;
  readonly detail?: string;
  run(): void;
}

/** A list at a place of the text. */
export interface ChoiceList {
  /** Its name for assistive technology. */
  readonly label: string;
  readonly choices: readonly Choice[];
  /** Offset of the editor's document. */
  readonly at: number;
}

const setList = StateEffect.define<ChoiceList | null>();

const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update: (tooltip, transaction) => {
    for (const effect of transaction.effects) if (effect.is(setList)) return effect.value === null ? null : tooltipOf(effect.value);
    return transaction.docChanged || transaction.selection !== undefined ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** Lists of choices beside the text: arrows move, Enter takes one, Escape and leaving it close it. */
export function choiceLists(): Extension {
  return shown;
}

/** Shows a list of choices, with the focus on its first. */
export function chooseFrom(view: EditorView, list: ChoiceList): void {
  view.dispatch({ effects: setList.of(list) });
}

function tooltipOf(list: ChoiceList): Tooltip {
  return { pos: list.at, above: false, create: (view) => ({ dom: menuOf(view, list), mount: () => focusFirst(view) }) };
}

/** The tooltip is in the document one turn after it is mounted. */
function focusFirst(view: EditorView): void {
  requestAnimationFrame(() => view.dom.querySelector<HTMLElement>(".cm-conch-choices [role=menuitem]")?.focus());
}

function menuOf(view: EditorView, { label, choices }: ChoiceList): HTMLElement {
  const menu = document.createElement("div");
  menu.className = "cm-conch-choices";
  menu.role = "menu";
  menu.ariaLabel = label;
  const close = (): void => {
    view.dispatch({ effects: setList.of(null) });
    view.focus();
  };
  const items = choices.map(({ label: text, detail, run }) => {
    const item = document.createElement("button");
    item.type = "button";
    item.role = "menuitem";
    item.tabIndex = -1;
    item.append(Object.assign(document.createElement("span"), { textContent: text }));
    if (detail !== undefined) item.append(Object.assign(document.createElement("small"), { textContent: detail }));
    item.addEventListener("click", () => {
      close();
      run();
    });
    return item;
  });
  menu.append(...items);
  menu.addEventListener("keydown", (event) => {
    const index = items.indexOf(document.activeElement as HTMLButtonElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) items.at((index + step) % items.length)?.focus();
    else if (event.key === "Home") items[0]?.focus();
    else if (event.key === "End") items.at(-1)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // The focus also leaves while the editor takes the list away, when it must not be asked for more.
  menu.addEventListener("focusout", () =>
    requestAnimationFrame(() => {
      if (menu.isConnected && !menu.contains(document.activeElement)) view.dispatch({ effects: setList.of(null) });
    }),
  );
  return menu;
}
