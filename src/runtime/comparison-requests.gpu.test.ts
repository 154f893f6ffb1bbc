import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession, type OpenSession } from "../testing/open-session.ts";
import type { DataType, TensorData } from "../tensor/data-type.ts";
import type { ComparisonOptions } from "../tensor/tensor-comparison.ts";
import type { TensorHandle } from "./protocol.ts";

let open: OpenSession;
const OPTIONS: ComparisonOptions = { tolerance: { absolute: 1e-6, relative: 1e-4 }, largest: 3, classes: null, labels: false };

beforeAll(() => {
  open = openSession(new Map(), false);
});

afterAll(() => open.session.dispose());

const put = (dataType: DataType, shape: readonly number[], data: TensorData): Promise<TensorHandle> => open.session.client.request("put", { dataType, shape, data });
const floats = (...values: number[]): Promise<TensorHandle> => put("TYPE_FP32", [values.length], Float32Array.from(values));

describe("tensors compared by the worker", () => {
  it("are told apart by element, class and label", async () => {
    const [a, b] = [await put("TYPE_FP32", [2, 2], Float32Array.of(0, 1, 2, 3)), await put("TYPE_FP32", [2, 2], Float32Array.of(0, 1, 4, 3))];
    const options = { ...OPTIONS, classes: { axis: 1, classes: 2, outer: 2, inner: 1 }, labels: true };
    expect(await open.session.client.request("compare", { a, b, options })).toMatchObject({
      different: 1,
      mismatched: 1,
      maxAbsolute: { index: [1, 0], a: 2, b: 4, absolute: 2, relative: 0.5 },
      classes: { positions: 2, agreeing: 1, first: { index: [1], a: 1, b: 0 } },
      labels: [{ label: 0, dice: 1 }, { label: 1, dice: 1 }, { label: 2, dice: 0 }, { label: 3, dice: 1 }, { label: 4, dice: 0 }],
    });
  });

  it("cross with all digits of 64-bit integers, and with strings as text", async () => {
    const large = [await put("TYPE_UINT64", [1], BigUint64Array.of(2n ** 63n)), await put("TYPE_UINT64", [1], BigUint64Array.of(2n ** 63n + 1n))] as const;
    expect((await open.session.client.request("compare", { a: large[0], b: large[1], options: OPTIONS })).maxAbsolute).toMatchObject({ b: 2n ** 63n + 1n, absolute: 1n });
    const [a, b] = [await put("TYPE_STRING", [1], [Uint8Array.of(97)]), await put("TYPE_STRING", [1], [Uint8Array.of(98)])];
    expect((await open.session.client.request("compare", { a, b, options: OPTIONS })).largest).toEqual([{ index: [0], a: "a", b: "b", absolute: null, relative: null }]);
  });

  it("give a tensor of their difference, which can be opened like any other", async () => {
    const handle = await open.session.client.request("differenceTensor", { a: await floats(1, 2, 3), b: await floats(1, 2.5, 1), classes: null });
    expect(handle).toMatchObject({ dataType: "TYPE_FP32", shape: [3], location: "host", bytes: 12 });
    expect(await open.session.read(handle)).toEqual(Float32Array.of(0, 0.5, 2));
    const mismatches = await open.session.client.request("differenceTensor", {
      a: await put("TYPE_INT64", [2], BigInt64Array.of(1n, 2n)),
      b: await put("TYPE_INT64", [2], BigInt64Array.of(1n, 3n)),
      classes: null,
    });
    expect(mismatches).toMatchObject({ dataType: "TYPE_UINT8", shape: [2] });
    await open.session.client.request("release", { handles: [handle] });
    await expect(open.session.read(handle)).rejects.toMatchObject({ code: "STALE_TENSOR" });
  });

  it("are refused where their types differ", async () => {
    const [a, b] = [await floats(1), await put("TYPE_FP64", [1], Float64Array.of(1))];
    await expect(open.session.client.request("compare", { a, b, options: OPTIONS })).rejects.toMatchObject({ code: "TENSOR_MISMATCH" });
    await expect(open.session.client.request("differenceTensor", { a, b, classes: null })).rejects.toMatchObject({ code: "TENSOR_MISMATCH" });
  });

  it("tell how far they are, and end when they are cancelled", async () => {
    const size = 2 ** 24;
    const [a, b] = [await put("TYPE_FP32", [size], new Float32Array(size)), await put("TYPE_FP32", [size], new Float32Array(size).fill(1))];
    const controller = new AbortController();
    const seen: number[] = [];
    const cancelled = open.session.client.request("compare", { a, b, options: { ...OPTIONS, labels: true } }, {
      signal: controller.signal,
      progress: (fraction) => {
        seen.push(fraction);
        controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    expect(seen[0]).toBeLessThan(1);
  });
});
