import { invalidForest, truncatedForest } from "../forest-error.ts";

/** What the arrays of a checkpoint are made of. */
type Elements = Int8Array | Uint8Array | Int32Array | Uint32Array | BigUint64Array | Float32Array | Float64Array;
type ElementsConstructor<A extends Elements> = { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): A };

/** Takes a Treelite checkpoint apart, front to back. Nothing is made that the file does not have the bytes for. Throws FOREST_TRUNCATED. */
export interface CheckpointReader {
  /** Bytes not read yet. */
  readonly remaining: number;
  u8(what: string): number;
  i32(what: string): number;
  f32(what: string): number;
  /** Throws FOREST_TRUNCATED for more than what is left of the file, which no count or size in it can be. */
  u64(what: string): number;
  /** A length and the elements. */
  array<A extends Elements>(what: string, type: ElementsConstructor<A>): A;
  text(what: string): string;
  /** A count of fields that later versions may add, and those fields, which are passed over. */
  skipFields(what: string): void;
  /** Errors from here on name the tree; undefined: none. */
  enterTree(tree: number | undefined): void;
}

/** A reader at the beginning of the bytes. */
export function readCheckpointBytes(bytes: Uint8Array, file: string): CheckpointReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  let tree: number | undefined;
  const place = (): { file: string; tree?: number } => (tree === undefined ? { file } : { file, tree });
  const take = (what: string, size: number): number => {
    const left = bytes.byteLength - offset;
    if (size > left) throw truncatedForest(place(), `the file ends ${left} bytes into the ${size} of ${what}`);
    offset += size;
    return offset - size;
  };
  const u64 = (what: string): number => {
    const value = view.getBigUint64(take(what, 8), true);
    const left = bytes.byteLength - offset;
    if (value > BigInt(left)) throw truncatedForest(place(), `${what} is given as ${value}, and ${left} bytes of the file are left`);
    return Number(value);
  };
  const length = (what: string, elementBytes: number): number => {
    const count = u64(`the length of ${what}`);
    const left = bytes.byteLength - offset;
    if (count * elementBytes > left) throw truncatedForest(place(), `${count} elements of ${what} are announced, and ${left} bytes of the file are left`);
    return count;
  };
  const text = (what: string): string => {
    const size = length(what, 1);
    return new TextDecoder().decode(bytes.subarray(offset, (offset += size)));
  };
  return {
    get remaining() {
      return bytes.byteLength - offset;
    },
    u8: (what) => view.getUint8(take(what, 1)),
    i32: (what) => view.getInt32(take(what, 4), true),
    f32: (what) => view.getFloat32(take(what, 4), true),
    u64,
    array(what, type) {
      const size = length(what, type.BYTES_PER_ELEMENT) * type.BYTES_PER_ELEMENT;
      // Copied: elements in the file are not aligned.
      return new type(bytes.slice(offset, (offset += size)).buffer as ArrayBuffer);
    },
    text,
    skipFields(what) {
      const count = view.getInt32(take(what, 4), true);
      if (count < 0) throw invalidForest(place(), `${what} is given as ${count}`);
      for (let field = 0; field < count; field++) {
        const name = text(`the name of field ${field}`);
        const elementBytes = u64(`the element size of field "${name}"`);
        const elements = u64(`the length of field "${name}"`);
        take(`field "${name}"`, elementBytes * elements);
      }
    },
    enterTree(index) {
      tree = index;
    },
  };
}

/** Puts a Treelite checkpoint together, front to back. */
export interface CheckpointWriter {
  u8(value: number): void;
  i32(value: number): void;
  f32(value: number): void;
  u64(value: number): void;
  array(elements: Elements): void;
  text(text: string): void;
  /** All that was written. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** A writer with nothing written. */
export function writeCheckpointBytes(): CheckpointWriter {
  const parts: Uint8Array[] = [];
  const scalar = (size: number, set: (view: DataView) => void): void => {
    const part = new Uint8Array(size);
    set(new DataView(part.buffer));
    parts.push(part);
  };
  const u64 = (value: number): void => scalar(8, (view) => view.setBigUint64(0, BigInt(value), true));
  return {
    u8: (value) => scalar(1, (view) => view.setUint8(0, value)),
    i32: (value) => scalar(4, (view) => view.setInt32(0, value, true)),
    f32: (value) => scalar(4, (view) => view.setFloat32(0, value, true)),
    u64,
    array(elements) {
      u64(elements.length);
      parts.push(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
    },
    text(text) {
      const encoded = new TextEncoder().encode(text);
      u64(encoded.length);
      parts.push(encoded);
    },
    bytes() {
      const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
      let offset = 0;
      for (const part of parts) {
        all.set(part, offset);
        offset += part.byteLength;
      }
      return all;
    },
  };
}
