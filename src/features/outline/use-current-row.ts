import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import { rowOfSelection, type OutlineRow } from "./rows.ts";

/** The row on which the keys act: the one that was focused or selected last, or the one that took the place of one that is gone. */
export function useCurrentRow(tree: RefObject<HTMLElement | null>, rows: readonly OutlineRow[], arrivingRef: { current: boolean }) {
  const { selection } = useApp();
  const node = useStore(selection, (state) => state.node);
  const tensor = useStore(selection, (state) => state.tensor);
  const [at, setAt] = useState<{ readonly id: string; readonly index: number }>({ id: "", index: 0 });
  const [asked, setAsked] = useState(0);
  const seen = useRef<string | null>(null);
  const later = useRef<string | null>(null);
  const current = rows.find(({ id }) => id === at.id) ?? rows[Math.min(at.index, rows.length - 1)];
  const shown = useRef({ rows, current });
  useLayoutEffect(() => {
    const element = document.activeElement;
    // What comes and goes around the focused row moves it; it is to stay in view.
    if (shown.current.rows !== rows && element?.parentElement === tree.current) element?.scrollIntoView({ block: "nearest" });
    shown.current = { rows, current };
  });
  const setCurrent = (id: string): void => setAt({ id, index: Math.max(0, shown.current.rows.findIndex((row) => row.id === id)) });

  // What is selected elsewhere is where the keys go on from.
  useEffect(() => {
    const { rows: present, current: before } = shown.current;
    const isHere = tensor === null ? before?.node === node : before?.tensor === tensor;
    const id = isHere ? undefined : rowOfSelection(present, node, tensor);
    if (id === undefined) return;
    setAt({ id, index: present.findIndex((row) => row.id === id) });
    seen.current = id;
  }, [node, tensor]);

  // What is to be shown has the focus as well.
  const wanted = useStore(selection, (state) => state.wanted);
  useEffect(() => {
    if (wanted === null) return;
    selection.getState().wasShown();
    const { rows: present } = shown.current;
    const id = rowOfSelection(present, wanted.node, wanted.tensor);
    if (id === undefined) return;
    later.current = id;
    setAt({ id, index: present.findIndex((row) => row.id === id) });
  }, [wanted, selection]);

  // The current row is rendered wherever it is: then it can be brought into view.
  useLayoutEffect(() => {
    if (seen.current === null || seen.current !== current?.id) return;
    rowElement(tree, seen.current)?.scrollIntoView({ block: "nearest" });
    seen.current = null;
  });

  // A row that is gone leaves the focus to the one in its place.
  const focused = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const lost = focused.current?.isConnected === false && document.activeElement === document.body;
    if (lost && current !== undefined) rowElement(tree, current.id)?.focus();
    focused.current = tree.current?.contains(document.activeElement) === true ? document.activeElement : null;
  });

  // A row that an edit makes gets the focus once it is there.
  useLayoutEffect(() => {
    const id = later.current;
    const element = id === null ? undefined : rowElement(tree, id);
    if (element != null) {
      later.current = null;
      element.focus();
    } else if (id !== null && id !== current?.id && rows.some((row) => row.id === id)) setCurrent(id);
  });
  const focusLater = (id: string | null): void => {
    later.current = id;
  };

  useEffect(() => {
    const id = shown.current.current?.id;
    const isHere = document.activeElement?.parentElement === tree.current;
    if ((asked > 0 || arrivingRef.current) && id !== undefined && !isHere) rowElement(tree, id)?.focus();
    arrivingRef.current = false;
  }, [asked, arrivingRef, tree]);
  return { current, setCurrent, focusLater, refocus: () => setAsked((times) => times + 1) };
}

function rowElement(tree: RefObject<HTMLElement | null>, id: string): HTMLElement | null | undefined {
  return tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
}
