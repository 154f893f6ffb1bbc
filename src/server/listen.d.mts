import type { AllowedServers } from "./proxy/allowed-servers.mjs";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A connect-style request handler: answers, or calls `next`. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => unknown;

export interface ListenOptions {
  /** Folder of the built application. */
  application: string;
  /** Model repository to offer, read only. */
  folder?: string | undefined;
  /** The v2 servers that its proxy may reach; left out, those of this machine. */
  servers?: AllowedServers;
  host?: string;
  port?: number | undefined;
  /** Take `port` or fail. */
  exact?: boolean;
  routes?: readonly Handler[];
}

export interface Listening {
  /** Ends in a slash. */
  url: string;
  port: number;
  close(): Promise<void>;
}

export const REPOSITORY_BASE: string;
export function listen(options: ListenOptions): Promise<Listening>;
