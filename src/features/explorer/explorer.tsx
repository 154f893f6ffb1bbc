import { Fragment, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useMediaQuery } from "@mantine/hooks";
import { useStore } from "zustand";
import { Button } from "@mantine/core";
import { IconChevronRight, IconFile, IconFileText, IconFolder } from "@tabler/icons-react";
import { useApp } from "../../ui/app-context.ts";
import { BackendGlyph } from "../../ui/backend-mark.tsx";
import { explorerMessages } from "../../ui/catalogue/explorer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatBytes } from "../../ui/format.ts";
import { MODEL_DRAG_TYPE } from "../../ui/model-drag.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { SeverityGlyph } from "../../ui/severity-mark.tsx";
import { useDiagnostics, useRepository } from "../../ui/open-model.ts";
import { treeMove } from "../../ui/tree-move.ts";
import { AddMenu } from "./add-menu.tsx";
import { useRowWindow } from "../../ui/use-row-window.ts";
import { treeRows, worstByModel, type TreeRow } from "./tree.ts";
import { useModelDrop } from "./use-model-drop.ts";
import classes from "./explorer.module.css";

/** Of a row, in a wide window and in a narrow one; explorer.module.css has the same. Pixels. */
const ROW_HEIGHT = 24;
const NARROW_ROW_HEIGHT = 40;

/** The open repository as a tree: a click on a model opens it, one on a text file shows its text. Below it the servers. */
export function Explorer({ servers }: { servers: ReactNode }) {
  const t = useMessages(explorerMessages);
  const { document, selection, panes } = useApp();
  const view = useRepository();
  const files = useStore(document, (state) => state.files);
  const openModel = useStore(selection, (state) => state.model);
  const openFile = useStore(selection, (state) => state.file);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const drop = useModelDrop();
  const findings = useDiagnostics();
  const severities = useMemo(() => worstByModel(findings), [findings]);
  const rows = useMemo(() => treeRows(view, files, expanded, severities), [view, files, expanded, severities]);
  const selected = openFile ?? openModel;
  const tabStop = rows.some(({ id }) => id === focused) ? focused : (rows.find(({ id }) => id === selected)?.id ?? rows[0]?.id ?? null);
  const narrow = useMediaQuery("(max-width: 767px)", undefined, { getInitialValueInEffect: false });
  const rowWindow = useRowWindow(list, { count: rows.length, height: narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT, kept: rows.findIndex(({ id }) => id === tabStop) });

  // A row that the keys lead to may have come into being just now.
  const next = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (next.current !== null) list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next.current)}"]`)?.focus();
    next.current = null;
  });

  const toggle = (id: string, open: boolean): void =>
    setExpanded((before) => {
      const next = new Set(before);
      if (open) next.add(id);
      else next.delete(id);
      return next;
    });

  const open = (row: TreeRow): void => {
    const { model, openModel: show, openFile: edit } = selection.getState();
    if (row.kind === "model") {
      if (model !== row.id) show(row.id);
      else edit(null);
      panes.getState().showNarrow(panes.getState().picture);
      if (row.expanded === false && model === row.id) toggle(row.id, true);
    } else if (row.kind === "file" && row.text === true) {
      if (row.model !== undefined && row.model !== model) show(row.model);
      edit(row.id);
      panes.getState().showText();
    } else if (row.expanded !== undefined) toggle(row.id, !row.expanded);
  };

  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = treeMove(rows, tabStop, event.key);
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if ("focus" in move) {
      setFocused(move.focus);
      next.current = move.focus;
    } else if ("expand" in move) toggle(move.expand, true);
    else if ("collapse" in move) toggle(move.collapse, false);
    else open(rows.find(({ id }) => id === move.open) as TreeRow);
  };

  return (
    <div className={classes.explorer} data-testid="explorer-drop" {...drop.handlers}>
      <header className={classes.head}>
        <span className={classes.heading}>{t("heading")}</span>
        <AddMenu />
      </header>
      {rows.length === 0 && <EmptyRepository />}
      {rows.length > 0 && (
        <ul ref={list} className={classes.tree} role="tree" aria-label={t("tree")} onKeyDown={press}>
          {rowWindow.items.map(({ index, above }) => {
            const row = rows[index]!;
            return (
              <Fragment key={row.id}>
                {above > 0 && <li role="none" style={{ height: above }} />}
                <Row
                  row={row}
                  selected={row.id === selected}
                  tabStop={row.id === tabStop}
                  onFocus={() => setFocused(row.id)}
                  onOpen={() => open(row)}
                  onToggle={() => toggle(row.id, row.expanded !== true)}
                />
              </Fragment>
            );
          })}
          {rowWindow.below > 0 && <li role="none" style={{ height: rowWindow.below }} />}
        </ul>
      )}
      {servers}
      {drop.over && <p className={classes.dropHint}>{t("dropModels")}</p>}
    </div>
  );
}

function EmptyRepository() {
  const t = useMessages(explorerMessages);
  const { panes } = useApp();
  const action = <Button onClick={() => panes.getState().showDialog("new-ensemble")}>{t("newEnsemble")}</Button>;
  return <PaneNotice action={action}>{t("empty")}</PaneNotice>;
}

interface RowProps {
  row: TreeRow;
  selected: boolean;
  tabStop: boolean;
  onFocus(): void;
  onOpen(): void;
  onToggle(): void;
}

function Row({ row, selected, tabStop, onFocus, onOpen, onToggle }: RowProps) {
  const t = useMessages(explorerMessages);
  const isModel = row.kind === "model";
  const plain = row.kind === "file" && row.text === false;
  return (
    // The keys are the tree's: see treeMove.
    <li
      className={classes.row}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={row.expanded}
      aria-selected={selected}
      aria-disabled={plain || undefined}
      tabIndex={tabStop ? 0 : -1}
      data-row={row.id}
      data-testid={isModel ? `model-${row.id}` : `row-${row.id}`}
      style={{ paddingLeft: 4 + (row.level - 1) * 16 }}
      onFocus={onFocus}
      onClick={onOpen}
      title={plain ? t("notText") : isModel ? row.backend : undefined}
      draggable={isModel}
      onDragStart={(event) => {
        if (!isModel) return;
        event.dataTransfer.setData(MODEL_DRAG_TYPE, row.id);
        event.dataTransfer.effectAllowed = "copy";
      }}
    >
      <span
        className={classes.chevron}
        data-expanded={row.expanded}
        aria-hidden="true"
        onClick={(event) => {
          if (row.expanded === undefined) return;
          event.stopPropagation();
          onToggle();
        }}
      >
        {row.expanded !== undefined && <IconChevronRight size={14} />}
      </span>
      <RowGlyph row={row} />
      <span className={classes.label} title={row.label}>{row.kind === "version" ? t("version", { number: row.label }) : row.label}</span>
      {row.edited === true && <span className={classes.edited} role="img" aria-label={t("edited")} title={t("edited")} />}
      {row.severity !== undefined && row.severity !== "info" && <SeverityGlyph severity={row.severity} size={13} label={t(row.severity)} />}
      {row.bytes !== undefined && <span className={classes.bytes}>{formatBytes(row.bytes)}</span>}
    </li>
  );
}

function RowGlyph({ row }: { row: TreeRow }) {
  if (row.kind === "model") return <BackendGlyph backend={row.backend ?? ""} size={15} />;
  const Glyph = row.kind === "file" ? (row.text === true ? IconFileText : IconFile) : IconFolder;
  return <Glyph size={14} stroke={1.5} aria-hidden="true" style={{ flex: "none" }} />;
}
