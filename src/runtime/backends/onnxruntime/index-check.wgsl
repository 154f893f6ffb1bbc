// Looks for indices outside of -rows ... rows - 1; the largest one goes to the status word, all ones where it is negative or beyond 32 bits. After gpu-prelude.
struct Check {
  elements: u32,
  // 1 for int32, 2 for int64, the lower word first.
  words: u32,
  rows: u32,
  word: u32,
}

@group(0) @binding(0) var<storage, read> indices: array<u32>;
@group(0) @binding(1) var<storage, read_write> status: array<atomic<u32>>;
@group(0) @binding(2) var<uniform> check: Check;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= check.elements) { return; }
  let low = indices[i * check.words];
  let sign = select(0u, 0xffffffffu, (low & 0x80000000u) != 0u);
  let high = select(sign, indices[i * check.words + check.words - 1u], check.words == 2u);
  if (high == 0u && low < check.rows) { return; }
  if (high == 0xffffffffu && (low & 0x80000000u) != 0u && 0u - low <= check.rows) { return; }
  atomicMax(&status[check.word], select(0xffffffffu, low, high == 0u));
}
