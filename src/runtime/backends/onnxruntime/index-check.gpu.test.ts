import { describe, expect, test } from "vitest";
import type { ConchError } from "../../../base/errors.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { withGpu } from "../../../testing/gpu.ts";
import { host, upload } from "../../../testing/onnx-run.ts";
import { createRunReport } from "../../run-report.ts";
import { checkIndices } from "./index-check.ts";

const BOUND = { input: "ids", node: "n", table: "words", rows: 4000 };
const int64 = (...ids: bigint[]): Tensor => ({ dataType: "TYPE_INT64", shape: [ids.length], data: BigInt64Array.from(ids) });
const int32 = (...ids: number[]): Tensor => ({ dataType: "TYPE_INT32", shape: [ids.length], data: Int32Array.from(ids) });

/** What is said of indices on the host, and on the GPU. */
async function said(tensor: Tensor): Promise<readonly (ConchError | undefined)[]> {
  const onHost = await checkIndices("bert", BOUND, host(tensor), undefined, undefined).then(
    () => undefined,
    (thrown: ConchError) => thrown,
  );
  let onGpu: ConchError | undefined;
  await withGpu(async (gpu) => {
    const report = createRunReport(gpu);
    const there = upload(gpu, tensor);
    await checkIndices("bert", BOUND, there, gpu, report);
    [onGpu] = (await report.finish()).errors;
    there.buffer.release();
  });
  return [onHost, onGpu];
}

describe("indices of a table of 4,000 rows", () => {
  test.for([
    ["all rows", int64(0n, 3999n, -1n, -4000n)],
    ["int32", int32(0, 3999, -1, -4000)],
    ["none", int64()],
  ] as const)("are let through: %s", async ([, tensor]) => {
    expect(await said(tensor)).toEqual([undefined, undefined]);
  });

  test.for([
    ["one beyond", int64(5n, 4000n, 7n), "4000", "4000"],
    ["one of int32", int32(5, 29_999), "29999", "29999"],
    ["a negative one", int64(-4001n), "-4001", "a negative number"],
    ["a negative one of int32", int32(-4001), "-4001", "a negative number"],
    ["one beyond 32 bits", int64(1n << 40n), "1099511627776", "beyond 32 bits"],
    ["one whose lower word alone would fit", int64((1n << 32n) + 5n), "4294967301", "beyond 32 bits"],
    ["one just below the negative ones of 32 bits", int64(-(1n << 32n) + 5n), "-4294967291", "beyond 32 bits"],
  ] as const)("are refused on the host and on the GPU: %s", async ([, tensor, onHost, onGpu]) => {
    const found = await said(tensor);
    for (const [at, text] of [onHost, onGpu].entries()) {
      expect(found[at]).toMatchObject({ code: "INDEX_OUT_OF_RANGE", message: expect.stringMatching(new RegExp(`"ids" of model "bert" holds .*${text}.* expected -4000 to 3999`)) });
    }
  });
});
