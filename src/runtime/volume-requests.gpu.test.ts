import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession, type OpenSession } from "../testing/open-session.ts";
import type { TensorHandle } from "./protocol.ts";

let open: OpenSession;
const EYE = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

beforeAll(() => {
  open = openSession(new Map(), false);
});

afterAll(() => open.session.dispose());

const put = (shape: readonly number[], data: Float32Array): Promise<TensorHandle> => open.session.client.request("put", { dataType: "TYPE_FP32", shape, data });

describe("volumes made by the worker", () => {
  it("come with the first axis fastest, as 16-bit integers where they are exact", async () => {
    const handle = await put([1, 1, 2, 3], Float32Array.of(0, 1, 2, 3, 4, -5));
    expect(await open.session.intensities(handle)).toEqual({ voxels: Int16Array.of(0, 3, 1, 4, 2, -5) });
    // They were not taken from the tensor itself.
    expect(await open.session.read(handle)).toEqual(Float32Array.of(0, 1, 2, 3, 4, -5));
  });

  it("come with the statistics of their labels", async () => {
    const handle = await put([1, 2, 1, 3], Float32Array.of(0, 2, 0, 0, 2, 0));
    expect(await open.session.labels(handle, EYE)).toEqual({
      voxels: Uint8Array.of(0, 0, 2, 2, 0, 0),
      statistics: [{ value: 2, voxels: 2, millilitres: 0.002, centroid: [0.5, 0, 1] }],
    });
  });

  it("are none where elements are no labels, and refused without three axes", async () => {
    expect(await open.session.labels(await put([1, 1, 2], Float32Array.of(0, 0.5)), EYE)).toBeNull();
    await expect(open.session.intensities(await put([2, 1, 1, 2], new Float32Array(4)))).rejects.toMatchObject({ code: "TENSOR_MISMATCH" });
  });

  it("tell how far they are, and end when they are cancelled", async () => {
    const size = 256;
    const handle = await put([size, size, size], new Float32Array(size ** 3));
    const controller = new AbortController();
    const seen: number[] = [];
    const cancelled = open.session.intensities(handle, {
      signal: controller.signal,
      progress: (fraction) => {
        seen.push(fraction);
        controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    expect(seen[0]).toBeLessThan(1);
    expect((await open.session.intensities(handle)).voxels).toHaveLength(size ** 3);
  });
});
