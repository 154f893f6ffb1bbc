import { Checkbox } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./label-row.module.css";

interface LabelRowProps {
  readonly label: string;
  /** 0…255 each. */
  readonly color: readonly [number, number, number];
  readonly visible: boolean;
  /** Of the box: "Show spleen". */
  readonly showText: string;
  readonly testId: string;
  /** What is told of the label: its size, a way to it. */
  readonly children: ReactNode;
  onVisible(visible: boolean): void;
}

/** The labels of a legend; holds {@link LabelRow}s. */
export function LabelList({ children }: { children: ReactNode }) {
  return <ul className={classes.labels}>{children}</ul>;
}

/** One label of a legend: whether it is shown, its colour, its name. */
export function LabelRow({ label, color, visible, showText, testId, children, onVisible }: LabelRowProps) {
  const css = `rgb(${color.join(" ")})`;
  return (
    <li className={classes.label} data-testid={testId}>
      <Checkbox size="xs" color={css} checked={visible} aria-label={showText} onChange={(event) => onVisible(event.currentTarget.checked)} />
      <span className={classes.swatch} style={{ backgroundColor: css }} aria-hidden="true" />
      <span className={classes.name} title={label}>{label}</span>
      {children}
    </li>
  );
}

/** The size of a label, in digits of one width. */
export function LabelAmount({ title, children }: { title?: string; children: ReactNode }) {
  return <span className={classes.amount} title={title}>{children}</span>;
}
