import { exchange, type CallOptions, type Connection, type Incoming } from "./connection.ts";
import { serverMessage } from "./failure.ts";
import { modelPath, type ModelTarget } from "./model-path.ts";

/** Whether a server or model is there for requests. */
export interface Health {
  readonly ok: boolean;
  /** What the server says where it is not; most say nothing. */
  readonly reason?: string;
}

/** Whether the server runs. */
export function serverLive(connection: Connection, call: CallOptions = {}): Promise<Health> {
  return health(connection, "/v2/health/live", call);
}

/** Whether the server takes requests. A strict one (Triton's default) does only while all its models are ready. */
export function serverReady(connection: Connection, call: CallOptions = {}): Promise<Health> {
  return health(connection, "/v2/health/ready", call);
}

/** Whether a model takes requests. */
export function modelReady(connection: Connection, target: ModelTarget, call: CallOptions = {}): Promise<Health> {
  return health(connection, modelPath(target, "/ready"), call);
}

/** Triton says no with 400, the protocol's text with 503. */
const NO = [400, 503];
const REASON_BYTES = 65_536;

function health(connection: Connection, path: string, call: CallOptions): Promise<Health> {
  return exchange(connection, { method: "GET", path, purpose: "reading", accepted: NO }, call, answered);
}

async function answered({ status, source }: Incoming): Promise<Health> {
  if (!NO.includes(status)) return { ok: true };
  const body = await source.beginning(REASON_BYTES);
  const reason = serverMessage(body) ?? body;
  return reason === "" ? { ok: false } : { ok: false, reason };
}
