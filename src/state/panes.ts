import { createStore } from "zustand/vanilla";
import { persist } from "zustand/middleware";

/** Tabs of the dock at the bottom. */
export const DOCK_TABS = ["run", "timeline", "results", "problems", "plan", "placements", "server", "remote-compare", "load-sweep"] as const;
export type DockTab = (typeof DOCK_TABS)[number];

/** Ways to see the open model. */
export type Picture = "graph" | "outline";

/** What the centre shows: the model as a graph or an outline, the text, or a picture and the text ("split"). */
export type Centre = Picture | "split" | "text";

/** The one pane of a narrow window. */
export const NARROW_PANES = ["explorer", "graph", "outline", "text", "inspector", "dock"] as const;
export type NarrowPane = (typeof NARROW_PANES)[number];

/** Which panes are open. Kept in localStorage, but for the tab and the narrow window's pane; never in the history. */
export interface PanesState {
  readonly explorer: boolean;
  readonly inspector: boolean;
  readonly dock: boolean;
  readonly centre: Centre;
  /** What stands beside the text: the picture that was chosen last. */
  readonly picture: Picture;
  readonly tab: DockTab;
  readonly narrow: NarrowPane;
  /** The dialog on screen. */
  readonly dialog: "shortcuts" | "report" | "palette" | "new-ensemble" | "connect-server" | "change-server" | "deploy" | null;
  toggle(pane: "explorer" | "inspector" | "dock"): void;
  setOpen(pane: "explorer" | "inspector" | "dock", open: boolean): void;
  setCentre(centre: Centre): void;
  /** Opens the dock at a tab. */
  showTab(tab: DockTab): void;
  showNarrow(narrow: NarrowPane): void;
  showDialog(dialog: PanesState["dialog"]): void;
  /** Makes the text visible; beside the picture where it is hidden. */
  showText(): void;
  /** Makes graph or outline visible, whichever was chosen last; beside the text where it is hidden. */
  showPicture(): void;
  /** Makes the graph visible; beside the text where it is hidden. */
  showGraph(): void;
}

/** The panes of a window, as they were left. */
export function createPanesStore() {
  return createStore<PanesState>()(
    persist(
      (set) => ({
        explorer: true,
        inspector: true,
        dock: true,
        centre: "graph",
        picture: "graph",
        tab: "run",
        narrow: "graph",
        dialog: null,
        toggle: (pane) => set((state) => ({ [pane]: !state[pane] })),
        setOpen: (pane, open) => set((state) => (state[pane] === open ? state : { [pane]: open })),
        setCentre: (centre) => set({ centre, ...pictureOf(centre) }),
        showTab: (tab) => set({ tab, dock: true, narrow: "dock" }),
        showNarrow: (narrow) => set({ narrow, ...pictureOf(narrow) }),
        showDialog: (dialog) => set({ dialog }),
        showText: () => set(({ centre }) => ({ centre: centre === "text" ? "text" : "split", narrow: "text" })),
        showPicture: () => set(({ centre, picture }) => ({ centre: centre === "text" ? "split" : centre, narrow: picture })),
        showGraph: () => set(({ centre }) => ({ centre: centre === "outline" ? "graph" : centre === "text" ? "split" : centre, picture: "graph", narrow: "graph" })),
      }),
      { name: "conch-panes", partialize: ({ explorer, inspector, dock, centre, picture }) => ({ explorer, inspector, dock, centre, picture }) },
    ),
  );
}

function pictureOf(shown: Centre | NarrowPane): { picture?: Picture } {
  return shown === "graph" || shown === "outline" ? { picture: shown } : {};
}

/** The panes store. */
export type PanesStore = ReturnType<typeof createPanesStore>;
