import type { LookupFunction } from "node:net";
import type { Handler } from "../listen.mjs";
import type { AllowedServers } from "./allowed-servers.mjs";

export function v2Proxy(options: { servers: AllowedServers; isOwnHost: (host: string) => boolean; lookup?: LookupFunction }): Handler;
