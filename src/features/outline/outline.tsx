import { Button } from "@mantine/core";
import { IconListTree, IconPlus } from "@tabler/icons-react";
import { Fragment, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { resultOf, type OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useDiagnostics, useOpenModel } from "../../ui/open-model.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { treeMove } from "../../ui/tree-move.ts";
import { useRowWindow } from "../../ui/use-row-window.ts";
import { actionOfKey, actionsOf, defaultAction, type OutlineAction } from "./actions.ts";
import { ChoiceDialog } from "./choice-dialog.tsx";
import { Row, type RowVerbs } from "./outline-row.tsx";
import { columnWidths } from "./column-widths.ts";
import { RenameDialog } from "./rename-dialog.tsx";
import { RowMenu } from "./row-menu.tsx";
import { outlineRows, type OutlineRow } from "./rows.ts";
import { TerminalDialog } from "./terminal-dialog.tsx";
import { useCurrentRow } from "./use-current-row.ts";
import { useOutlineVerbs, type Question } from "./use-outline-verbs.ts";
import classes from "./outline.module.css";

/** The open model as a tree: all that the canvas shows and can do, for the keyboard and for assistive technology. */
export function Outline() {
  const t = useMessages(outlineMessages);
  const model = useOpenModel();
  const arrivingRef = useRef(false);
  if (model === undefined) return <PaneNotice icon={<IconListTree />}>{t("nothingOpen")}</PaneNotice>;
  return <ModelOutline key={model.view.name} model={model} arrivingRef={arrivingRef} />;
}

/** With more steps than this they come folded. */
const MANY_STEPS = 24;
/** Of a row, and of the heads above all rows; outline.module.css has the same. Pixels. */
const ROW_HEIGHT = 24;

/** `arrivingRef`: whether the model was opened from the outline of another one, so that the focus is to be here. */
function ModelOutline({ model, arrivingRef }: { model: OpenModel; arrivingRef: { current: boolean } }) {
  const t = useMessages(outlineMessages);
  const { selection, session } = useApp();
  const diagnostics = useDiagnostics();
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [offer, setOffer] = useState<{ readonly row: string; readonly x: number; readonly y: number }>();
  const [question, setQuestion] = useState<Question>();
  const [said, setSaid] = useState("");
  const help = useId();
  const section = useRef<HTMLElement>(null);
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => {
    const many = model.graph.steps.length > MANY_STEPS;
    return outlineRows(model, diagnostics, (id) => toggled.get(id) ?? !(id === "group:tensors" || (many && id.startsWith("step:"))));
  }, [model, diagnostics, toggled]);
  const { current, setCurrent, focusLater, refocus } = useCurrentRow(tree, rows, arrivingRef);
  const rowWindow = useRowWindow(tree, { count: rows.length, height: ROW_HEIGHT, start: ROW_HEIGHT, kept: current === undefined ? -1 : rows.indexOf(current) });
  const widths = useMemo(() => columnWidths(rows), [rows]);

  const toggle = (id: string, open: boolean): void => setToggled((before) => new Map(before).set(id, open));
  const select = ({ node, tensor, subject }: OutlineRow): void => {
    const { node: shownNode, tensor: shownTensor, selectNode, selectTensor } = selection.getState();
    if (subject.kind === "group" || subject.kind === "finding") return;
    if (tensor !== undefined && subject.kind !== "terminal") {
      if (tensor !== shownTensor) selectTensor(tensor);
    } else if (node !== undefined && (node !== shownNode || shownTensor !== null)) selectNode(node);
  };
  const moveTo = (id: string): void => {
    toggle(`group:${id.slice(0, id.indexOf(":"))}s`, true);
    focusLater(id);
  };
  const verbs = useOutlineVerbs(model, { ask: setQuestion, say: setSaid, moveTo });
  const actions = (row: OutlineRow): readonly OutlineAction[] =>
    actionsOf(row, model, row.tensor !== undefined && resultOf(session.getState().run, model.view.name, row.tensor) !== undefined);
  const perform = (action: OutlineAction, row: OutlineRow): void => {
    if (action === "open-model") arrivingRef.current = true;
    verbs(action, row);
    refocus();
  };
  const open = (row: OutlineRow): void => {
    const action = defaultAction(actions(row));
    if (action !== undefined) perform(action, row);
    else if (row.expanded !== undefined) toggle(row.id, !row.expanded);
  };
  const offerAt = (row: OutlineRow, at: HTMLElement): void => {
    at.scrollIntoView({ block: "nearest" });
    const { left, bottom } = at.getBoundingClientRect();
    const pane = section.current?.getBoundingClientRect();
    const indent = at.dataset["row"] === undefined ? 0 : 24 + row.level * 16;
    if (pane !== undefined) setOffer({ row: row.id, x: left - pane.left + indent, y: bottom - pane.top });
  };
  const rowVerbs = useStable<RowVerbs>({
    focus: (row) => {
      setCurrent(row.id);
      select(row);
    },
    toggle: ({ id, expanded }) => toggle(id, expanded !== true),
    open,
    offer: offerAt,
  });

  const press = (event: KeyboardEvent): void => {
    const element = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (event.ctrlKey || event.metaKey || event.altKey || current === undefined || element === null) return;
    const { key } = event;
    focusLater(null);
    if (event.target instanceof HTMLButtonElement && (key === "Enter" || key === " ")) return;
    const action = actionOfKey(actions(current), key);
    const move = treeMove(rows, current.id, key);
    if (key === " " || key === "ContextMenu" || (key === "F10" && event.shiftKey)) offerAt(current, element);
    else if (action !== undefined) perform(action, current);
    else if (move === undefined) return;
    else if ("open" in move) open(current);
    else if ("expand" in move) toggle(move.expand, true);
    else if ("collapse" in move) toggle(move.collapse, false);
    else {
      setCurrent(move.focus);
      focusLater(move.focus);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const offered = rows.find(({ id }) => id === offer?.row);
  const closed = (): void => {
    setQuestion(undefined);
    refocus();
  };

  return (
    <section ref={section} className={classes.outline} aria-label={t("region", { model: model.view.name })} data-testid="outline" data-stale={model.stale || undefined}>
      {model.stale && <p className={classes.stale}>{t("stale")}</p>}
      <p id={help} className="visually-hidden">{t("help")}</p>
      <div
        ref={tree}
        className={classes.tree}
        style={rowWindow.windowed ? widths : undefined}
        data-windowed={rowWindow.windowed || undefined}
        role="treegrid"
        aria-label={t("region", { model: model.view.name })}
        aria-describedby={help}
        aria-rowcount={rowWindow.windowed ? rows.length + 1 : undefined}
        onKeyDown={press}
      >
        <div role="row" className={classes.heads} aria-rowindex={rowWindow.windowed ? 1 : undefined}>
          <span role="columnheader">{t("name")}</span>
          <span role="columnheader">{t("type")}</span>
          <span role="columnheader">{t("shape")}</span>
          <span role="columnheader">{t("connection")}</span>
          <span role="columnheader"><span className="visually-hidden">{t("actions")}</span></span>
        </div>
        {rowWindow.items.map(({ index, above }) => {
          const row = rows[index]!;
          return (
            <Fragment key={row.id}>
              {above > 0 && <div role="none" className={classes.space} style={{ height: above }} />}
              <Row row={row} model={model} tabStop={row.id === current?.id} verbs={rowVerbs} index={index} measure={rowWindow.windowed ? rowWindow.measure : undefined} />
            </Fragment>
          );
        })}
        {rowWindow.below > 0 && <div role="none" className={classes.space} style={{ height: rowWindow.below }} />}
      </div>
      {model.view.isEnsemble && !model.stale && (
        <footer className={classes.adding}>
          {(["add-step", "add-input", "add-output"] as const).map((action) => (
            <Button key={action} variant="subtle" size="compact-xs" leftSection={<IconPlus size={13} />} onClick={() => rows[0] !== undefined && perform(action, rows[0])}>
              {t(action === "add-step" ? "addStepShort" : action === "add-input" ? "addInputShort" : "addOutputShort")}
            </Button>
          ))}
        </footer>
      )}
      {offer !== undefined && offered !== undefined && (
        <RowMenu
          row={offered}
          at={offer}
          actions={actions(offered)}
          onChoose={(action) => perform(action, offered)}
          onClose={() => {
            setOffer(undefined);
            refocus();
          }}
        />
      )}
      {question !== undefined && <Asked model={model} question={question} onClose={closed} />}
      <p className="visually-hidden" role="status" aria-live="polite" data-testid="outline-said">{said}</p>
    </section>
  );
}

function Asked({ model, question, onClose }: { model: OpenModel; question: Question; onClose(): void }) {
  switch (question.kind) {
    case "choice":
      return (
        <ChoiceDialog
          title={question.title}
          choices={question.choices}
          empty={question.empty}
          onChoose={(id) => {
            question.choose(id);
            onClose();
          }}
          onClose={onClose}
        />
      );
    case "rename":
      return (
        <RenameDialog
          model={model}
          target={question.target}
          onRename={(to) => {
            question.apply(to);
            onClose();
          }}
          onClose={onClose}
        />
      );
    case "terminal":
      return (
        <TerminalDialog
          kind={question.side}
          onAdd={(terminal) => {
            question.add(terminal);
            onClose();
          }}
          onClose={onClose}
        />
      );
  }
}

/** The same object for as long as the component lives, whose functions are always those of the last rendering. */
function useStable<Verbs extends { readonly [Name in keyof Verbs]: (...given: never[]) => void }>(verbs: Verbs): Verbs {
  const latest = useRef(verbs);
  useLayoutEffect(() => {
    latest.current = verbs;
  });
  const [stable] = useState(() => {
    const names = Object.keys(verbs) as (keyof Verbs)[];
    return Object.fromEntries(names.map((name) => [name, (...given: never[]) => latest.current[name](...given)])) as unknown as Verbs;
  });
  return stable;
}
