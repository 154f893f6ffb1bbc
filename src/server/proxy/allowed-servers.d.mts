/** A v2 server. */
export interface AllowedServer {
  readonly id: string;
  readonly url: URL;
  /** Its name may only be pointed at this machine. */
  readonly loopbackOnly: boolean;
}

export interface AllowedServers {
  list(): { id: string; url: string }[];
  readonly loopback: boolean;
  find(id: string): AllowedServer | undefined;
}

export function allowedServers(named: readonly AllowedServer[]): AllowedServers;
export function parseServer(text: string): AllowedServer;
export function parseServers(text: string): AllowedServer[];
export function refusedAddress(address: string): string | undefined;
export function isLoopbackAddress(address: string): boolean;
