import { describe, expect, test } from "vitest";
import { ConchError } from "../base/errors.ts";
import { countMaps, withGpu } from "../testing/gpu.ts";
import { readBindings, splitGroups, type Shader } from "./gpu.ts";
import { createGpuMemory } from "./memory/gpu-memory.ts";
import { createRunReport } from "./run-report.ts";

const add: Shader = {
  label: "test-add",
  code: `
struct Sum { count: u32, term: u32 }
override FACTOR: u32 = 1u;
@group(0) @binding(0) var<storage, read_write> values: array<u32>;
@group(0) @binding(1) var<uniform> sum: Sum;
@group(0) @binding(2) var<storage, read_write> status: array<atomic<u32>>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * 256u;
  if (i < sum.count) { values[i] = values[i] + FACTOR * sum.term; }
}
@compute @workgroup_size(1)
fn flag() { atomicStore(&status[sum.count], sum.term); }
`,
};

const words = (...values: number[]) => new Uint8Array(new Uint32Array(values).buffer);

describe("GPU memory", () => {
  test.each([0, 1, 2, 3, 4, 5, 255, 256, 257, 4099])("%s bytes come back as they went", (length) =>
    withGpu(async (gpu) => {
      const bytes = new Uint8Array(length).map((_, i) => i * 7 + 1);
      const buffer = gpu.memory.upload("test/bytes", bytes);
      const counted = await countMaps(async () => expect(await gpu.memory.download("test", [buffer])).toEqual([bytes]));
      expect(counted.maps).toBe(length === 0 ? 0 : 1);
      expect(buffer.byteLength).toBe(length);
      buffer.release();
    }),
  );

  test("counts what lives, its peak, and names what leaks", () =>
    withGpu(async (gpu) => {
      const before = gpu.memory.bytesInUse;
      const a = gpu.memory.allocate("test/a", 1000);
      const b = gpu.memory.allocate("test/b", 3000);
      expect(gpu.memory.liveLabels()).toEqual(["test/a", "test/b"]);
      expect(gpu.memory.bytesInUse - before).toBeGreaterThanOrEqual(4000);
      a.retain();
      a.release();
      expect(gpu.memory.liveLabels()).toContain("test/a");
      a.release();
      b.release();
      expect(gpu.memory.bytesInUse).toBe(before);
      expect(gpu.memory.peakBytes).toBeGreaterThanOrEqual(before + 4000);
      expect(() => a.release()).toThrow("released more often");
      expect(() => a.retain()).toThrow("after its release");
    }));

  test("a freed buffer serves the next of its size, but an upload does not overtake recorded work", () =>
    withGpu(async (gpu) => {
      gpu.memory.trim();
      const first = gpu.memory.upload("test/first", words(1, 2, 3));
      const sums = gpu.memory.allocate("test/sums", 12);
      gpu.copy(first, sums, 12);
      const physical = first.buffer;
      first.release();
      const second = gpu.memory.upload("test/second", words(7, 8, 9));
      expect(second.buffer).not.toBe(physical);
      expect(await gpu.memory.download("test", [sums, second])).toEqual([words(1, 2, 3), words(7, 8, 9)]);
      const third = gpu.memory.upload("test/third", words(4, 5, 6));
      expect(third.buffer).toBe(physical);
      for (const buffer of [sums, second, third]) buffer.release();
    }));

  test("a buffer of others is given back once, after the work that uses it was submitted", () =>
    withGpu(async (gpu) => {
      const theirs = gpu.device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
      let freed = 0;
      const adopted = gpu.memory.adopt("test/theirs", theirs, 12, () => freed++);
      const copy = gpu.memory.allocate("test/copy", 12);
      gpu.copy(adopted, copy, 12);
      adopted.release();
      expect(freed).toBe(0);
      gpu.submit();
      expect(freed).toBe(1);
      copy.release();
      theirs.destroy();
    }));

  test("more than the device allows is refused by name before anything is made", () =>
    withGpu(async (gpu) => {
      const commands = { encoder: () => gpu.encoder(), submit: () => gpu.submit(), pending: false };
      const memory = createGpuMemory(gpu.device, commands, { maxBufferSize: 2048, maxStorageBufferBindingSize: 1024 });
      memory.allocate("test/fits", 1024).release();
      for (const [bytes, limit] of [[1025, "maxStorageBufferBindingSize"], [4096, "maxBufferSize"]] as const) {
        expect(() => memory.allocate("volume", bytes)).toThrow(ConchError);
        expect(() => memory.allocate("volume", bytes)).toThrow(limit);
      }
      memory.trim();
    }));

  test("readbacks are recorded with reason, label and bytes", () =>
    withGpu(async (gpu) => {
      const buffer = gpu.memory.upload("test/five", new Uint8Array(5));
      await gpu.memory.download("to look at", [buffer]);
      expect(gpu.memory.takeReadbacks()).toEqual([{ reason: "to look at", label: "test/five", bytes: 8 }]);
      expect(gpu.memory.takeReadbacks()).toEqual([]);
      buffer.release();
    }));
});

describe("dispatch", () => {
  test("goes on in y past the limit of one dimension", () => {
    expect(splitGroups(65535, 65535, "x")).toEqual([65535, 1]);
    expect(splitGroups(65536, 65535, "x")).toEqual([32768, 2]);
    expect(() => splitGroups(65535 ** 2 + 1, 65535, "test/main")).toThrow("test/main needs");
  });

  test("reaches every element past 65,535 workgroups", () =>
    withGpu(async (gpu) => {
      const count = 65536 * 256 + 1;
      const values = gpu.memory.allocate("test/many", count * 4);
      gpu.clear(values);
      await gpu.dispatch({ shader: add, entry: "main", bindings: { 0: values }, uniforms: [count, 5], threads: count });
      const [bytes] = await gpu.memory.download("test", [values]);
      const found = new Uint32Array(bytes?.buffer ?? new ArrayBuffer(0));
      expect(found.every((value) => value === 5)).toBe(true);
      values.release();
    }));

  test("more uniforms than the arena holds submit in between and stay right", () =>
    withGpu(async (gpu) => {
      const values = gpu.memory.upload("test/one", words(0));
      for (let i = 1; i <= 600; i++) {
        await gpu.dispatch({ shader: add, entry: "main", constants: { FACTOR: 2 }, bindings: { 0: values }, uniforms: [1, i], threads: 1 });
      }
      expect(await gpu.memory.download("test", [values])).toEqual([words(600 * 601)]);
      values.release();
    }));

  test("a shader that does not compile says where", () =>
    withGpu(async (gpu) => {
      const broken = { label: "test-broken", code: "@compute @workgroup_size(1)\nfn main() { let x: u32 = 1.5; }" };
      await expect(gpu.dispatch({ shader: broken, entry: "main", bindings: {}, threads: 1 })).rejects.toMatchObject({
        code: "INTERNAL",
        message: expect.stringMatching(/test-broken[^]*line 2/) as string,
      });
    }));

  test("bindings are read from the text", () => {
    expect(readBindings(add.code)).toEqual({ uniform: 1, storage: new Map([[0, true], [2, true]]) });
  });
});

describe("the report of a run", () => {
  test("gives the errors of the words that kernels set, in one map of at most 4 KiB", () =>
    withGpu(async (gpu) => {
      const report = createRunReport(gpu);
      const make = (name: string) => (word: number) => new ConchError("TRANSFORM_FAILED", `${name} ${word}`);
      report.flag(make("unset"));
      const set = report.flag(make("set"));
      await gpu.dispatch({ shader: add, entry: "flag", bindings: { 2: report.status }, uniforms: [set, 42], threads: 1, groupSize: 1 });
      let errors: readonly ConchError[] = [];
      const counted = await countMaps(async () => void ({ errors } = await report.finish()));
      expect(errors.map(({ message }) => message)).toEqual(["set 42"]);
      expect(counted.maps).toBe(1);
      expect(counted.bytes).toBeLessThanOrEqual(4096);
    }));

  test("maps nothing when there is nothing to tell", () =>
    withGpu(async (gpu) => {
      const report = createRunReport(gpu);
      expect(await countMaps(async () => void (await report.finish()))).toEqual({ maps: 0, bytes: 0 });
    }));

  test("brackets work with timestamps where the device has them, a scope with copies inside included", () =>
    withGpu(async (gpu) => {
      const report = createRunReport(gpu);
      const values = gpu.memory.upload("test/timed", words(0, 0));
      const other = gpu.memory.allocate("test/copied", 8);
      report.mark("before");
      const close = gpu.scope("adding", report.passTimestamps("adding"));
      for (let i = 0; i < 3; i++) {
        await gpu.dispatch({ shader: add, entry: "main", bindings: { 0: values }, uniforms: [2, 1], threads: 2 });
        gpu.copy(values, other, 8);
      }
      close();
      report.mark("after");
      const { timestamps, unmeasured } = await report.finish();
      if (gpu.device.features.has("timestamp-query")) {
        expect(timestamps.map(({ label }) => label)).toEqual(["before", "adding", "after"]);
        for (const { beginNs, endNs } of timestamps) expect(endNs).toBeGreaterThanOrEqual(beginNs);
      } else expect(timestamps).toEqual([]);
      expect(unmeasured).toBe(0);
      for (const buffer of [values, other]) buffer.release();
    }));

  test("says how much it could not measure when there is too much, and shares its last word", () =>
    withGpu(async (gpu) => {
      const report = createRunReport(gpu);
      for (let i = 0; i < 300; i++) report.mark(`mark ${i}`);
      const flags = Array.from({ length: 300 }, (_, i) => report.flag(() => new ConchError("TRANSFORM_FAILED", `${i}`)));
      expect(Math.max(...flags)).toBe(255);
      const { timestamps, unmeasured } = await report.finish();
      if (gpu.device.features.has("timestamp-query")) expect([timestamps.length, unmeasured]).toEqual([192, 108]);
    }));

  test("a run that fails frees its report unread", () =>
    withGpu(async (gpu) => {
      const report = createRunReport(gpu);
      report.mark("never read");
      report.dispose();
      report.dispose();
    }));
});
