import * as v from "valibot";
import { exchange, type CallOptions, type Connection } from "./connection.ts";
import { documentBody, documentOf, expectNothing } from "./document.ts";
import { pathSegment } from "./model-path.ts";

/** Memory that a client on the server's own machine shares with it: POSIX shared memory, or a GPU's. */
export type SharedMemoryKind = "system" | "cuda";

/** A region that the server knows. `key` and `offset` (bytes) are those of system memory, `device_id` that of a GPU's. */
export interface SharedMemoryRegion {
  readonly name: string;
  readonly byte_size: number;
  readonly key?: string | undefined;
  readonly offset?: number | undefined;
  readonly device_id?: number | undefined;
}

/** Where a region is that is to be registered. */
export type SharedMemoryPlace =
  | { readonly key: string; readonly offset?: number; readonly byte_size: number }
  | { readonly raw_handle: { readonly b64: string }; readonly device_id: number; readonly byte_size: number };

const REGIONS = v.array(
  v.object({ name: v.string(), byte_size: v.number(), key: v.optional(v.string()), offset: v.optional(v.number()), device_id: v.optional(v.number()) }),
);

/** The regions that the server knows, or one of them. */
export function sharedMemoryRegions(connection: Connection, kind: SharedMemoryKind, region?: string, call: CallOptions = {}): Promise<readonly SharedMemoryRegion[]> {
  return exchange(connection, { method: "GET", path: regionPath(kind, region, "status"), purpose: "reading" }, call, documentOf(REGIONS));
}

/** Makes a region known to the server, by a name that inputs and outputs then give in `shared_memory_region`. */
export async function registerSharedMemory(
  connection: Connection,
  kind: SharedMemoryKind,
  region: string,
  place: SharedMemoryPlace,
  call: CallOptions = {},
): Promise<void> {
  const body = documentBody(place);
  await exchange(
    connection,
    { method: "POST", path: regionPath(kind, region, "register"), purpose: "control", body, headers: { "Content-Type": "application/json" } },
    call,
    expectNothing,
  );
}

/** Has the server forget a region, or all of the kind. */
export async function unregisterSharedMemory(connection: Connection, kind: SharedMemoryKind, region?: string, call: CallOptions = {}): Promise<void> {
  await exchange(connection, { method: "POST", path: regionPath(kind, region, "unregister"), purpose: "control" }, call, expectNothing);
}

function regionPath(kind: SharedMemoryKind, region: string | undefined, action: string): string {
  return `/v2/${kind}sharedmemory${region === undefined ? "" : `/region/${pathSegment("region", region)}`}/${action}`;
}
