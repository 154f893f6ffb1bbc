import type { ReactNode } from "react";
import type { DockTab } from "../../state/panes.ts";

/** What other features put into the window. */
export interface Slots {
  readonly explorer: ReactNode;
  readonly graph: ReactNode;
  readonly outline: ReactNode;
  readonly text: ReactNode;
  readonly inspector: ReactNode;
  readonly dock: Readonly<Record<DockTab, ReactNode>>;
  readonly badges: Readonly<Partial<Record<DockTab, ReactNode>>>;
  /** The first screen, while no repository is open. */
  readonly gallery: ReactNode;
}
