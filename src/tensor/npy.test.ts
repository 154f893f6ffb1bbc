import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, bytesPerElement, DATA_TYPES, type DataType } from "./data-type.ts";
import { readNpy, readNpz, writeNpy, writeNpz } from "./npy.ts";
import { elementCount, tensorBytes, type Tensor } from "./tensor.ts";

/** A file as numpy would write it, header given as text. */
function file(header: string, data: Uint8Array, version = 1): Uint8Array {
  const prefix = version === 1 ? 10 : 12;
  const text = new TextEncoder().encode(`${header}\n`);
  const bytes = new Uint8Array(prefix + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, prefix);
  bytes.set(data, prefix + text.length);
  return bytes;
}

const NUMERIC = DATA_TYPES.filter((type) => bytesPerElement(type) > 0 && type !== "TYPE_BF16");

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

describe("readNpy", () => {
  it.each<[string, string, Uint8Array, DataType, number[], unknown]>([
    ["little-endian float32", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", bytesOf(new Float32Array([1.5, -2])), "TYPE_FP32", [2], new Float32Array([1.5, -2])],
    ["big-endian int16", "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", new Uint8Array([1, 2, 255, 254]), "TYPE_INT16", [2], new Int16Array([258, -2])],
    ["bool", "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", new Uint8Array([1, 0, 1]), "TYPE_BOOL", [3], new Uint8Array([1, 0, 1])],
    ["float16 bits", "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }", new Uint8Array([0, 0x3c]), "TYPE_FP16", [1], new Uint16Array([0x3c00])],
    ["a scalar", "{'descr': '<i8', 'fortran_order': False, 'shape': (), }", bytesOf(new BigInt64Array([-3n])), "TYPE_INT64", [], new BigInt64Array([-3n])],
    ["an empty array", "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4), }", new Uint8Array(0), "TYPE_FP64", [0, 4], new Float64Array(0)],
    ["Fortran order", "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", new Uint8Array([1, 4, 2, 5, 3, 6]), "TYPE_UINT8", [2, 3], new Uint8Array([1, 2, 3, 4, 5, 6])],
    ["Fortran order in 3-D", "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2), }", new Uint8Array([0, 4, 2, 6, 1, 5, 3, 7]), "TYPE_UINT8", [2, 2, 2], new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7])],
    ["byte strings", "{'descr': '|S3', 'fortran_order': False, 'shape': (2,), }", new Uint8Array([97, 98, 0, 99, 0, 100]), "TYPE_STRING", [2], [new Uint8Array([97, 98]), new Uint8Array([99, 0, 100])]],
    ["double quotes and long integers", '{"descr": "<u4", "fortran_order": False, "shape": (1L,)}', bytesOf(new Uint32Array([7])), "TYPE_UINT32", [1], new Uint32Array([7])],
  ])("reads %s", (_name, header, data, dataType, shape, values) => {
    expect(readNpy(file(header, data))).toEqual({ dataType, shape, data: values });
  });

  it.each([1, 2, 3])("reads format version %d", (version) => {
    const bytes = file("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", new Uint8Array([9]), version);
    expect(readNpy(bytes).data).toEqual(new Uint8Array([9]));
  });

  it.each([
    ["other bytes", new Uint8Array([1, 2, 3]), "does not begin as one"],
    ["complex numbers", file("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)), "complex"],
    ["unicode text", file("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(12)), "astype('S')"],
    ["objects", file("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)), "pickled"],
    ["records", file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)), "record"],
    ["long doubles", file("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(16)), "<f16"],
    ["too few elements", file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(7)), "8 bytes"],
    ["version 9", file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4), 9), "version 9"],
  ])("refuses %s and says why", (_name, bytes, text) => {
    expect(() => readNpy(bytes)).toThrow(expect.objectContaining({ code: "NPY_INVALID", message: expect.stringContaining(text) }));
  });
});

describe("writeNpy", () => {
  it("gives back what readNpy is given", () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...NUMERIC), shapes, fc.infiniteStream(fc.nat(255)), (dataType, shape, stream) => {
        const data = allocate(dataType, elementCount(shape));
        const tensor: Tensor = { dataType, shape, data };
        const bytes = tensorBytes(tensor);
        for (let i = 0; i < bytes.length; i++) bytes[i] = stream.next().value ?? 0;
        const back = readNpy(writeNpy(tensor));
        expect([back.dataType, back.shape]).toEqual([dataType, shape]);
        expect(tensorBytes(back)).toEqual(bytes);
      }),
    );
  });

  it("lets the elements begin at a multiple of 64", () => {
    const bytes = writeNpy({ dataType: "TYPE_FP32", shape: [2, 3], data: new Float32Array(6) });
    expect(bytes.length).toBe(128 + 24);
  });

  it("refuses bfloat16, which numpy lacks", () => {
    expect(() => writeNpy({ dataType: "TYPE_BF16", shape: [1], data: new Uint16Array(1) })).toThrow(expect.objectContaining({ code: "NPY_INVALID" }));
  });
});

describe("npz", () => {
  it("gives back the arrays by name", () => {
    const arrays = new Map<string, Tensor>([
      ["a", { dataType: "TYPE_INT8", shape: [2], data: new Int8Array([-1, 5]) }],
      ["text", { dataType: "TYPE_STRING", shape: [1], data: [new Uint8Array([104, 105])] }],
    ]);
    expect(readNpz(writeNpz(arrays))).toEqual(arrays);
  });

  it("refuses bytes that are no zip", () => {
    expect(() => readNpz(new Uint8Array(40))).toThrow(expect.objectContaining({ code: "NPY_INVALID" }));
  });
});
