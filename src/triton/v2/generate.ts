import { isJsonObject, writeExactJson, type JsonObject, type JsonValue } from "../../base/exact-json.ts";
import { close, exchange, type CallOptions, type Connection, type Incoming, type Outgoing } from "./connection.ts";
import { asObject, documentBody, expectType, parseDocument, readDocument } from "./document.ts";
import { eventData } from "./event-stream.ts";
import { exchangeError, refusal } from "./failure.ts";
import { modelPath, type ModelTarget } from "./model-path.ts";

/**
 * One response of a model to `generate`: a flat document of the outputs, each a value or a flat list, and of the response's parameters, which nothing
 * tells apart from them. Where the server names one twice, the last holds.
 */
export interface GenerateResponse {
  readonly id: string | undefined;
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  /** Outputs and parameters by their names. */
  readonly values: JsonObject;
}

/**
 * Runs a model that gives one response, by a flat document: `request` has a value or a list for every input by its name, and parameters of any other
 * name, also within `parameters`. The server makes the shapes. FP16 and BF16 have no JSON.
 */
export function generate(connection: Connection, target: ModelTarget, request: JsonObject, call: CallOptions = {}): Promise<GenerateResponse> {
  return exchange(connection, generating(target, "/generate", request), call, async (incoming) =>
    responseOf(await readDocument(incoming, atTop), incoming),
  );
}

/** As {@link generate}, for a model that gives any number of responses, each as soon as it comes. Leaving the loop gives the request up. */
export async function* generateStream(
  connection: Connection,
  target: ModelTarget,
  request: JsonObject,
  call: CallOptions = {},
): AsyncGenerator<GenerateResponse, void, undefined> {
  const incoming = await connection.open(generating(target, "/generate_stream", request, { Accept: "text/event-stream" }), call);
  try {
    expectType(incoming, /^text\/event-stream$/, "text/event-stream");
    for await (const data of eventData(incoming.source, incoming.limits.documentBytes, incoming.request)) {
      incoming.deadline.restart();
      yield responseOf(parseDocument(data, incoming, atTop), incoming);
      incoming.deadline.restart();
    }
  } finally {
    close(incoming);
  }
}

function generating(target: ModelTarget, endpoint: string, request: JsonObject, headers: Readonly<Record<string, string>> = {}): Outgoing {
  return {
    method: "POST",
    path: modelPath(target, endpoint),
    purpose: "inference",
    slow: true,
    body: documentBody(request),
    headers: { "Content-Type": "application/json", ...headers },
  };
}

function atTop(root: JsonValue, object: JsonObject): boolean {
  return root === object;
}

/** The status says nothing of errors that come after the first response: they are documents with an error alone. */
function responseOf(value: JsonValue, incoming: Incoming): GenerateResponse {
  const { request, purpose, status } = incoming;
  const { id, model_name: modelName, model_version: modelVersion, ...values } = asObject(value, request, "the response");
  if (modelName === undefined && isJsonObject(values) && typeof values["error"] === "string") throw refusal(request, purpose, status, writeExactJson(value));
  if (typeof modelName === "string" && isText(modelVersion) && isText(id)) return { id, modelName, modelVersion, values };
  throw exchangeError("V2_RESPONSE_INVALID", request, "expected a response with model_name, model_version and perhaps id as texts");
}

function isText(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || typeof value === "string";
}
