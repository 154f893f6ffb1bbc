import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ConchError } from "../base/errors.ts";
import { OMITTED_FIELD } from "./decode.ts";

/** Random access to a file: a Blob, a file of Node, bytes in memory. Offsets are exact up to 2^53. */
export interface RandomAccess {
  readonly size: number;
  /** The bytes [from, to); fewer where the file ends before. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** Random access to a Blob. */
export function blobAccess(blob: { readonly size: number; slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> } }): RandomAccess {
  return { size: blob.size, read: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()) };
}

/** Random access to bytes in memory. */
export function bytesAccess(bytes: Uint8Array): RandomAccess {
  return { size: bytes.byteLength, read: (from, to) => Promise.resolve(bytes.subarray(from, to)) };
}

/** Payloads up to this many bytes stay in the header: shapes, axes, scales, pads. */
export const SMALL_PAYLOAD = 4096;
const WINDOW = 1 << 16;

/** The messages that weights can be nested in. */
type Schema = "model" | "graph" | "node" | "attribute" | "tensor" | "function";

const NESTED: Readonly<Record<Schema, Readonly<Record<number, Schema>>>> = {
  model: { 7: "graph", 25: "function" },
  graph: { 1: "node", 5: "tensor" },
  function: { 7: "node" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph" },
  tensor: {},
};

/** The wire type of each top-level field of a ModelProto, which tells a cut model from something else. */
const MODEL_WIRES: Readonly<Record<number, WireType>> = {
  1: WireType.Varint,
  2: WireType.LengthDelimited,
  3: WireType.LengthDelimited,
  4: WireType.LengthDelimited,
  5: WireType.Varint,
  6: WireType.LengthDelimited,
  7: WireType.LengthDelimited,
  8: WireType.LengthDelimited,
  14: WireType.LengthDelimited,
  20: WireType.LengthDelimited,
  25: WireType.LengthDelimited,
  26: WireType.LengthDelimited,
};

/**
 * What is left out, of tensors whose elements are larger than 4 KiB: those of "all", or "raw": only the raw_data of the outermost graph's
 * initializers, which are in the file as they are in memory.
 */
export type Omission = "all" | "raw";

/**
 * The encoded ModelProto without large tensors' elements; each leaves a note of where they are (`payload` "omitted").
 * Reads only what it keeps. Throws ONNX_TRUNCATED where the file ends inside the model, ONNX_NOT_ONNX where it is none.
 */
export async function readSkeleton(file: RandomAccess, omission: Omission = "all"): Promise<Uint8Array> {
  const walker = new Walker(file, omission);
  const parts = await walker.message("model", 0, file.size);
  return join(parts);
}

/** Reads fields at ascending offsets through a window, so that a small file is one read. */
class Walker {
  readonly #file: RandomAccess;
  readonly #omission: Omission;
  #window: Uint8Array = new Uint8Array(0);
  #from = 0;

  constructor(file: RandomAccess, omission: Omission) {
    this.#file = file;
    this.#omission = omission;
  }

  /** The message's encoded fields, the large payloads of tensors left out. */
  async message(schema: Schema, from: number, to: number, outermost = true): Promise<Uint8Array[]> {
    const parts: Uint8Array[] = [];
    let at = from;
    while (at < to) {
      const start = at;
      const tag = await this.#varint(at, to, schema);
      at = tag.next;
      const no = Math.floor(tag.value / 8);
      const wire = tag.value % 8;
      if (no === 0 || (schema === "model" && (MODEL_WIRES[no] ?? wire) !== wire)) throw notOnnx(start);
      if (wire === WireType.LengthDelimited) {
        const length = await this.#varint(at, to, schema);
        const body = length.next;
        const end = body + length.value;
        if (end > to) throw this.#cut(schema, no, end);
        const nested = NESTED[schema][no];
        if (length.value <= SMALL_PAYLOAD) parts.push(await this.#bytes(start, end));
        else if (nested !== undefined) {
          const inner = await this.message(nested, body, end, outermost && (nested === "graph" ? schema === "model" : schema === "graph" && nested === "tensor"));
          const size = inner.reduce((sum, part) => sum + part.byteLength, 0);
          parts.push(new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(size).finish(), ...inner);
        } else if (schema === "tensor" && (this.#omission === "all" ? isElements(no) : outermost && no === RAW_DATA)) parts.push(omitted(body, end, no));
        else parts.push(await this.#bytes(start, end));
        at = end;
      } else {
        at = await this.#skip(at, wire, to, schema);
        parts.push(await this.#bytes(start, at));
      }
    }
    return parts;
  }

  async #skip(at: number, wire: number, to: number, schema: Schema): Promise<number> {
    if (wire === WireType.Varint) return (await this.#varint(at, to, schema)).next;
    if (wire !== WireType.Bit64 && wire !== WireType.Bit32) throw notOnnx(at);
    const end = at + (wire === WireType.Bit64 ? 8 : 4);
    if (end > to) throw this.#cut(schema, 0, end);
    return end;
  }

  /** A varint as a number; lengths of 2 GB and more stay exact. */
  async #varint(at: number, to: number, schema: Schema): Promise<{ value: number; next: number }> {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (at + i >= to) throw this.#cut(schema, 0, at + i);
      const byte = (await this.#bytes(at + i, at + i + 1))[0] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return { value, next: at + i + 1 };
    }
    throw notOnnx(at);
  }

  async #bytes(from: number, to: number): Promise<Uint8Array> {
    if (from < this.#from || to > this.#from + this.#window.byteLength) {
      this.#window = await this.#file.read(from, Math.min(this.#file.size, Math.max(to, from + WINDOW)));
      this.#from = from;
      if (to > from + this.#window.byteLength) throw this.#cut("model", 0, to);
    }
    return this.#window.subarray(from - this.#from, to - this.#from);
  }

  #cut(schema: Schema, no: number, needed: number): ConchError {
    const { size } = this.#file;
    if (schema !== "model" || (no !== 0 && MODEL_WIRES[no] === undefined)) return notOnnx(needed);
    return new ConchError(
      "ONNX_TRUNCATED",
      `The model ends after ${size} bytes, inside a part that needs ${needed}: the file is incomplete, copy or download it again`,
      { data: { size, needed } },
    );
  }
}

/** The field of a TensorProto with its elements as they are in memory. */
const RAW_DATA = 9;

/** raw_data, float_data, int32_data, string_data, int64_data, double_data, uint64_data of a TensorProto. */
function isElements(no: number): boolean {
  return (no >= 4 && no <= 7) || (no >= 9 && no <= 11);
}

function omitted(from: number, to: number, field: number): Uint8Array {
  return new BinaryWriter().tag(OMITTED_FIELD, WireType.LengthDelimited).string(`${from} ${to} ${field}`).finish();
}

function notOnnx(at: number): ConchError {
  return new ConchError("ONNX_NOT_ONNX", `The file is no ONNX model: what stands at byte ${at} is no field of its message`, { data: { at } });
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
