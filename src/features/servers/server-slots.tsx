import { lazy } from "react";

// Each with what it needs, named here and not on the first screen.
export { ServerList } from "./server-list.tsx";
export const ServerPanel = lazy(() => import("./server-panel.tsx").then((module) => ({ default: module.ServerPanel })));
export const ConnectServer = lazy(() => import("./connect-server.tsx").then((module) => ({ default: module.ConnectServer })));
