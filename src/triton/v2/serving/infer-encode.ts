import { writeExactJson, type JsonObject } from "../../../base/exact-json.ts";
import { v2Name } from "../../../tensor/data-type.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { HEADER_LENGTH } from "../infer-request.ts";
import { partBytes, tensorParts } from "../tensor-binary.ts";
import type { BodyParts } from "../transport.ts";
import { outputText } from "./output-text.ts";

/** An answer to an inference, before it is bytes. */
export interface InferAnswer {
  readonly id: string | undefined;
  readonly model: string;
  readonly version: number;
  readonly parameters: JsonObject | undefined;
  readonly outputs: readonly AnsweredOutput[];
}

/** An output, and how it is sent. */
export interface AnsweredOutput {
  readonly name: string;
  readonly tensor: Tensor;
  readonly binary: boolean;
}

/** The head and the parts of the answer. Tensors are not copied. Throws a ProtocolError for FP16 and BF16 as JSON. */
export function encodeInfer({ id, model, version, parameters, outputs }: InferAnswer): { readonly headers: Readonly<Record<string, string>>; readonly parts: BodyParts } {
  const binary: BodyParts[] = [];
  const written = outputs.map(({ name, tensor, binary: asBytes }) => {
    const head = `"name":${JSON.stringify(name)},"datatype":"${v2Name(tensor.dataType)}","shape":[${tensor.shape.join()}]`;
    if (!asBytes) return [`{${head},"data":`, outputText(name, tensor), "}"];
    const parts = tensorParts(tensor);
    binary.push(parts);
    return [`{${head},"parameters":{"binary_data_size":${partBytes(parts)}}}`];
  });
  const head = [
    ...(id === undefined || id === "" ? [] : [`"id":${JSON.stringify(id)}`]),
    `"model_name":${JSON.stringify(model)}`,
    `"model_version":"${version}"`,
    ...(parameters === undefined ? [] : [`"parameters":${writeExactJson(parameters)}`]),
  ];
  const encoder = new TextEncoder();
  const texts = [`{${head.join()},"outputs":[`, ...written.flatMap((output, index) => (index === 0 ? output : [",", ...output])), "]}"];
  const json = texts.map((text) => (typeof text === "string" ? encoder.encode(text) : text));
  const tensors = binary.flat();
  if (partBytes(tensors) === 0) return { headers: { "Content-Type": "application/json" }, parts: joined(json) };
  const document = joined(json);
  return { headers: { "Content-Type": "application/octet-stream", [HEADER_LENGTH]: String(partBytes(document)) }, parts: [...document, ...tensors] };
}

/** Many small parts as one. */
function joined(parts: BodyParts): BodyParts {
  const whole = new Uint8Array(partBytes(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return [whole];
}
