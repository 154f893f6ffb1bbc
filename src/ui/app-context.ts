import { createContext, useContext } from "react";
import { assert } from "../base/errors.ts";
import type { CommandsStore } from "../state/commands.ts";
import type { Derivation } from "../state/derived.ts";
import type { DispatchingStore } from "../state/dispatching.ts";
import type { DocumentStore } from "../state/document.ts";
import type { ModelHeaders } from "../state/model-headers.ts";
import type { SelectionStore } from "../state/selection.ts";
import type { PanesStore } from "../state/panes.ts";
import type { PreviewStore } from "../state/preview.ts";
import type { ServersStore } from "../state/servers.ts";
import type { SessionStore } from "../state/session.ts";
import type { WorkspaceSession } from "../state/workspace.ts";

/** The stores of one window, made by the composition root. They never change while the window lives. */
export interface App {
  /** Texts of the open repository and their history. */
  readonly document: DocumentStore;
  /** Views derived from those texts, memoised. */
  readonly derivation: Derivation;
  /** Headers of the repository's .onnx files. */
  readonly headers: ModelHeaders;
  /** What the user looks at. */
  readonly selection: SelectionStore;
  /** Inputs, runs and results, and the worker behind them. */
  readonly session: SessionStore;
  /** Servers of the v2 protocol, and the way to each. */
  readonly servers: ServersStore;
  /** Which models run on them. */
  readonly dispatching: DispatchingStore;
  /** Which repository is open, its examples, and the verbs that open and save. */
  readonly workspace: WorkspaceSession;
  /** What a run of the open model would do. */
  readonly preview: PreviewStore;
  /** Which panes and tabs are open. */
  readonly panes: PanesStore;
  /** What can be done in the window as it is now. */
  readonly commands: CommandsStore;
}

/** The only React context of the application. */
export const AppContext = createContext<App | null>(null);

/** The stores; read them with zustand's `useStore(app.document, selector)`. */
export function useApp(): App {
  const app = useContext(AppContext);
  assert(app !== null, "useApp outside of AppContext");
  return app;
}
