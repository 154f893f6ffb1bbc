import type { InferCall } from "./infer-call.ts";
import { aboutRequest, invalidArgument } from "./protocol-error.ts";
import { asBoolean, asText, asUnsigned, isRequestArray, isRequestObject, named, type RequestJson } from "./request-json.ts";

type Known = Pick<InferCall, "sequence" | "priority" | "timeout" | "binaryOutputs">;

/** What the parameters of a request say that a server knows; all others are checked and passed over. Throws what Triton answers. */
export function callParameters(parameters: RequestJson | undefined, id: string | undefined): Known {
  const known: { -readonly [K in keyof Known]: Known[K] } = { sequence: { id: 0n, start: false, end: false }, priority: 0n, timeout: 0n, binaryOutputs: false };
  if (!isRequestObject(parameters)) return known;
  for (const [name, value] of parameters) {
    switch (name) {
      case "sequence_id":
        known.sequence = { ...known.sequence, id: named(name, () => correlationId(value)) };
        break;
      case "sequence_start":
        known.sequence = { ...known.sequence, start: named(name, () => asBoolean(value)) };
        break;
      case "sequence_end":
        known.sequence = { ...known.sequence, end: named(name, () => asBoolean(value)) };
        break;
      case "priority":
        known.priority = named(name, () => asUnsigned(value));
        break;
      case "timeout":
        known.timeout = named(name, () => asUnsigned(value));
        break;
      case "binary_data_output":
        known.binaryOutputs = named(name, () => asBoolean(value));
        break;
      default:
        checkCustom(name, value, id);
    }
  }
  return known;
}

function correlationId(value: RequestJson): bigint | string {
  return typeof value === "number" || typeof value === "bigint" ? asUnsigned(value) : asText(value);
}

function checkCustom(name: string, value: RequestJson, id: string | undefined): void {
  if (name.startsWith("triton_")) throw invalidArgument("parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified.");
  if (value === null || isRequestArray(value) || isRequestObject(value)) {
    throw invalidArgument(`parameter '${name}' has invalid type. It should be either 'int', 'bool', or 'string'.`);
  }
  if (name === "") throw invalidArgument(aboutRequest(id, "a parameter has no name"));
}
