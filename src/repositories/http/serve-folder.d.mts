import type { IncomingMessage, ServerResponse } from "node:http";

export interface ServeFolderOptions {
  /** Path below which the folder is offered, without a trailing slash: "/local". */
  base: string;
  /** Whether a Host header names this server; absent: loopback names only. */
  isOwnHost?(host: string): boolean;
}

export function serveFolder(
  folder: string,
  options: ServeFolderOptions,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => Promise<void>;
export function isLoopback(host: string): boolean;
