import { ProtocolError } from "./protocol-error.ts";

/** What a request asks for, by its method and path. */
export type Route =
  | { readonly kind: "server-metadata" | "live" | "ready" | "index" | "metrics" }
  | { readonly kind: "statistics"; readonly model: string | undefined; readonly version: number | undefined }
  | ({ readonly kind: "model-metadata" | "model-config" | "model-ready" | "infer" } & RoutedModel)
  | { readonly kind: "load" | "unload"; readonly model: string }
  | { readonly kind: "absent"; readonly what: string };

/** A model of a path; without a version its highest. */
export interface RoutedModel {
  readonly model: string;
  readonly version: number | undefined;
}

const MODEL = /^\/v2\/models\/([^/]+)(?:\/versions\/(\d+))?(?:\/(infer|generate|generate_stream|ready|config|stats|trace\/setting))?$/;
const CONTROL = /^\/v2\/repository(\/[^/]+)?\/(?:index|models\/([^/]+)\/(load|unload))$/;
const SHARED_MEMORY = /^\/v2\/(?:system|cuda)sharedmemory(?:\/region\/[^/]+)?\/(?:status|register|unregister)$/;

/** Finds the operation. Throws 404 for an address that is none and 405 for another method than its own, as Triton does. */
export function routeOf(method: string, target: string): Route {
  const [path = ""] = target.split("?", 1);
  const found = match(path);
  if (found === undefined) throw new ProtocolError(404, "Not Found");
  if (!found.methods.includes(method)) throw new ProtocolError(405, "Method Not Allowed");
  return found.route;
}

interface Match {
  readonly methods: readonly string[];
  readonly route: Route;
}

const GET = ["GET"];
const POST = ["POST"];
const BOTH = ["GET", "POST"];

function match(path: string): Match | undefined {
  switch (path) {
    case "/v2":
      return { methods: GET, route: { kind: "server-metadata" } };
    case "/v2/health/live":
      return { methods: GET, route: { kind: "live" } };
    case "/v2/health/ready":
      return { methods: GET, route: { kind: "ready" } };
    case "/v2/models/stats":
      return { methods: GET, route: { kind: "statistics", model: undefined, version: undefined } };
    case "/v2/logging":
      return { methods: BOTH, route: { kind: "absent", what: "log settings" } };
    case "/v2/trace/setting":
      return { methods: BOTH, route: { kind: "absent", what: "trace settings" } };
    case "/metrics":
      return { methods: GET, route: { kind: "metrics" } };
  }
  if (SHARED_MEMORY.test(path)) return { methods: path.endsWith("/status") ? GET : POST, route: { kind: "absent", what: "shared memory" } };
  return controlMatch(path) ?? modelMatch(path);
}

function controlMatch(path: string): Match | undefined {
  const found = CONTROL.exec(path);
  if (found === null) return undefined;
  const [, repository, model, action] = found;
  if (model === undefined) return { methods: POST, route: { kind: "index" } };
  if (repository !== undefined) return { methods: POST, route: { kind: "absent", what: "named repositories" } };
  return { methods: POST, route: { kind: action === "load" ? "load" : "unload", model } };
}

function modelMatch(path: string): Match | undefined {
  const found = MODEL.exec(path);
  if (found === null) return undefined;
  const [, model = "", written, operation] = found;
  const version = written === undefined ? undefined : Number(written);
  switch (operation) {
    case undefined:
      return { methods: GET, route: { kind: "model-metadata", model, version } };
    case "ready":
      return { methods: GET, route: { kind: "model-ready", model, version } };
    case "config":
      return { methods: GET, route: { kind: "model-config", model, version } };
    case "stats":
      return { methods: GET, route: { kind: "statistics", model, version } };
    case "infer":
      return { methods: POST, route: { kind: "infer", model, version } };
    case "trace/setting":
      return written === undefined ? { methods: BOTH, route: { kind: "absent", what: "trace settings" } } : undefined;
    default:
      return { methods: POST, route: { kind: "absent", what: "generate" } };
  }
}
