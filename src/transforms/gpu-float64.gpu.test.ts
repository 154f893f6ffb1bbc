import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Gpu, Shader } from "../runtime/gpu.ts";
import { withGpu } from "../testing/gpu.ts";
import float64 from "./gpu-float64.wgsl?raw";
import prelude from "./gpu-prelude.wgsl?raw";

const shader: Shader = {
  label: "float64-test",
  code: `${prelude}${float64}
override OPERATION: u32;
@group(0) @binding(0) var<storage, read> left: array<vec2<u32>>;
@group(0) @binding(1) var<storage, read> right: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2<u32>>;
@group(0) @binding(3) var<uniform> count: vec4<u32>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= count.x) { return; }
  let a = left[i];
  let b = right[i];
  switch OPERATION {
    case 0u: { result[i] = f64_add(a, b); }
    case 1u: { result[i] = f64_subtract(a, b); }
    case 2u: { result[i] = f64_multiply(a, b); }
    case 3u: { result[i] = f64_divide(a, b); }
    case 4u: { result[i] = f64_from_i64(a); }
    case 5u: { result[i] = vec2<u32>(f32_from_f64(a), 0u); }
    case 6u: { result[i] = f64_from_f32(a.x); }
    case 7u: { result[i] = i64_from_f64(a); }
    default: { result[i] = vec2<u32>(f64_narrow(f64_from_f16(a.x & 0xffffu), 11u, 15), 0u); }
  }
}`,
};

async function evaluate(gpu: Gpu, operation: number, a: ArrayBufferView, b: ArrayBufferView): Promise<ArrayBuffer> {
  const count = a.byteLength / 8;
  const left = gpu.memory.upload("test/left", new Uint8Array(a.buffer, 0, a.byteLength));
  const right = gpu.memory.upload("test/right", new Uint8Array(b.buffer, 0, b.byteLength));
  const result = gpu.memory.allocate("test/result", a.byteLength);
  await gpu.dispatch({
    shader,
    entry: "main",
    constants: { OPERATION: operation },
    bindings: { 0: left, 1: right, 2: result },
    uniforms: [count],
    threads: count,
  });
  const [bytes] = await gpu.memory.download("test", [result]);
  for (const buffer of [left, right, result]) buffer.release();
  if (bytes === undefined) throw new Error("one result");
  return bytes.buffer;
}

const SPECIAL = [0, -0, 1, -1, 0.1, 1 / 3, Infinity, -Infinity, NaN, 5e-324, -5e-324, 2.2250738585072014e-308, 2.225073858507201e-308];
const BORDER = [Number.MAX_VALUE, -Number.MAX_VALUE, 1 + Number.EPSILON, 1 - Number.EPSILON / 2, 2 ** 53, 2 ** 53 + 2, 1e-160, 3e160];

/** Doubles of every kind, and pairs that are close to each other, where cancellation happens. */
function pairs(): [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>] {
  const special = [...SPECIAL, ...BORDER];
  const left: number[] = [];
  const right: number[] = [];
  for (const a of special) {
    for (const b of special) {
      left.push(a);
      right.push(b);
    }
  }
  const drawn = fc.sample(fc.tuple(fc.double(), fc.double(), fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e3, max: 1e3 })), { numRuns: 4000, seed: 20 });
  for (const [a, b, steps, c] of drawn) {
    left.push(a, a, c);
    right.push(b, neighbour(a, steps), Number.isFinite(b) ? b % 1000 : 1);
  }
  return [new Float64Array(left), new Float64Array(right)];
}

function neighbour(value: number, steps: number): number {
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] = (bits[0] ?? 0n) + BigInt(steps);
  return new Float64Array(bits.buffer)[0] ?? 0;
}

/** The positions where two arrays of doubles differ in value or sign of zero; NaN equals NaN. */
function differences(found: Float64Array, expected: Float64Array): string[] {
  const wrong: string[] = [];
  expected.forEach((value, i) => {
    if (!Object.is(found[i], value)) wrong.push(`[${i}] ${found[i]} instead of ${value}`);
  });
  return wrong.slice(0, 5);
}

describe("binary64 on the GPU", () => {
  const operations: [string, number, (a: number, b: number) => number][] = [
    ["addition", 0, (a, b) => a + b],
    ["subtraction", 1, (a, b) => a - b],
    ["multiplication", 2, (a, b) => a * b],
    ["division", 3, (a, b) => a / b],
  ];
  test.each(operations)("%s gives the bits that JavaScript gives", (_, operation, expected) =>
    withGpu(async (gpu) => {
      const [a, b] = pairs();
      const found = new Float64Array(await evaluate(gpu, operation, a, b));
      expect(differences(found, a.map((value, i) => expected(value, b[i] ?? 0)))).toEqual([]);
    }),
  );

  test("64-bit integers are rounded once", () =>
    withGpu(async (gpu) => {
      const drawn = fc.sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { numRuns: 2000, seed: 1 });
      const a = new BigInt64Array([0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 63n - 1n, -(2n ** 63n), ...drawn]);
      const found = new Float64Array(await evaluate(gpu, 4, a, a));
      expect(differences(found, Float64Array.from(a, Number))).toEqual([]);
    }));

  test("a double becomes the float32 that Math.fround gives, and a float32 keeps its value", () =>
    withGpu(async (gpu) => {
      const [a] = pairs();
      const narrowed = new Uint32Array(await evaluate(gpu, 5, a, a));
      const found = new Float32Array(narrowed.buffer).filter((_, i) => i % 2 === 0);
      expect(differences(Float64Array.from(found), a.map(Math.fround))).toEqual([]);
      const widened = new Float64Array(await evaluate(gpu, 6, narrowed, a));
      expect(differences(widened, Float64Array.from(found))).toEqual([]);
    }));

  test("every float16 goes to a double and back unchanged", () =>
    withGpu(async (gpu) => {
      const a = new Uint32Array(2 * 65536).map((_, i) => (i % 2 === 0 ? i / 2 : 0));
      const found = new Uint32Array(await evaluate(gpu, 8, a, a));
      const wrong: number[] = [];
      for (let bits = 0; bits < 65536; bits++) {
        const isNan = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
        const result = found[2 * bits] ?? 0;
        const same = isNan ? (result & 0x7c00) === 0x7c00 && (result & 0x3ff) !== 0 : result === bits;
        if (!same) wrong.push(bits);
      }
      expect(wrong).toEqual([]);
    }));

  test("a double is truncated toward zero to 64 bits", () =>
    withGpu(async (gpu) => {
      const a = new Float64Array([0, -0.9, 0.9, 1.5, -1.5, 255.99, -2147483649.5, 4503599627370495.5, 9.2e18, -9.2e18]);
      const found = new BigInt64Array(await evaluate(gpu, 7, a, a));
      expect([...found]).toEqual([...a].map((value) => BigInt(Math.trunc(value))));
    }));
});
