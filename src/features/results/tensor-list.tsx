import { useRef, type KeyboardEvent } from "react";
import { useApp } from "../../ui/app-context.ts";
import { resultsMessages } from "../../ui/catalogue/results.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { DataTypeGlyph } from "../../ui/data-type-mark.tsx";
import { formatShape } from "../../ui/format.ts";
import type { ResultTensor } from "../../viewers/result-tensors.ts";
import classes from "./results.module.css";

const GROUPS = [["output", "outputs"], ["wire", "wires"], ["input", "inputs"]] as const;

/** Every tensor of a run by kind; one is opened. Arrow keys move between them. */
export function TensorList({ tensors, opened, label }: { tensors: readonly ResultTensor[]; opened: ResultTensor; label: string }) {
  const { selection } = useApp();
  const t = useMessages(resultsMessages);
  const list = useRef<HTMLDivElement>(null);
  const open = (tensor: ResultTensor | undefined): void => {
    if (tensor === undefined) return;
    selection.getState().openResult(tensor.id);
    list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(tensor.id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tensors.indexOf(opened);
    const target = { ArrowDown: tensors[at + 1], ArrowUp: tensors[at - 1], Home: tensors[0], End: tensors.at(-1) }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    open(target);
  };
  return (
    <div ref={list} className={classes.list} role="listbox" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {GROUPS.map(([kind, title]) => {
        const members = tensors.filter((tensor) => tensor.kind === kind);
        return (
          members.length > 0 && (
            <div key={kind} role="group" aria-label={t(title)} className={classes.group}>
              <div className={classes.title} aria-hidden="true">{t(title)}</div>
              {members.map((tensor) => (
                <div
                  key={tensor.id}
                  role="option"
                  className={classes.item}
                  aria-selected={tensor === opened}
                  tabIndex={tensor === opened ? 0 : -1}
                  data-id={tensor.id}
                  data-testid={`result-${tensor.id}`}
                  onClick={() => open(tensor)}
                  onKeyDown={(event) => event.key === "Enter" && open(tensor)}
                >
                  <DataTypeGlyph type={tensor.handle.dataType} />
                  <span className={classes.name}>{tensor.name}</span>
                  <span className={classes.shape}>{formatShape(tensor.handle.shape)}</span>
                </div>
              ))}
            </div>
          )
        );
      })}
    </div>
  );
}
