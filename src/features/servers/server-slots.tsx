import { lazy } from "react";

// Each with what it needs, named here and not on the first screen.
const Panel = lazy(() => import("./server-panel.tsx").then((module) => ({ default: module.ServerPanel })));
const Connect = lazy(() => import("./connect-server.tsx").then((module) => ({ default: module.ConnectServer })));

export { ServerList } from "./server-list.tsx";

/** The panel of a server, once it is looked at. */
export function ServerPanel() {
  return <Panel />;
}

/** The dialog that connects a server, once it is wanted. */
export function ConnectServer({ change = false }: { readonly change?: boolean }) {
  return <Connect change={change} />;
}
