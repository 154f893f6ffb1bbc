import type { ReactNode } from "react";
import type { DockTab, PanesState } from "../../state/panes.ts";

/** What other features put into the window. */
export interface Slots {
  readonly explorer: ReactNode;
  readonly graph: ReactNode;
  readonly outline: ReactNode;
  readonly text: ReactNode;
  readonly inspector: ReactNode;
  readonly dock: Readonly<Record<DockTab, ReactNode>>;
  readonly badges: Readonly<Partial<Record<DockTab, ReactNode>>>;
  /** What is shown over the window while it is `dialog` of the panes. */
  readonly dialogs: Readonly<Partial<Record<NonNullable<PanesState["dialog"]>, ReactNode>>>;
  /** The first screen, while no repository is open. */
  readonly gallery: ReactNode;
  /** On screen while a save waits for the user's word. */
  readonly save: ReactNode;
}
