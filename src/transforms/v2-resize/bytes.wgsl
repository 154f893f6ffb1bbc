// Bytes as Pillow resamples them: weights in 22-bit fixed point, rounded and clamped to bytes after each axis. One invocation makes one
// word, so that no two write to the same. After gpu-prelude, taps.
const FRACTION_BITS = 22u;

@group(0) @binding(0) var<storage, read> pixels: array<u32>;

fn pixel_byte(i: u32) -> i32 {
  return i32((pixels[i >> 2u] >> ((i & 3u) * 8u)) & 0xffu);
}

fn resampled_byte(i: u32) -> u32 {
  let run = run_of(i);
  var at = run.base + u32(run.start) * resampling.inner;
  var sum = 1 << (FRACTION_BITS - 1u);
  for (var k = 0u; k < run.count; k++) {
    sum = sum + bitcast<i32>(taps[run.weight + k]) * pixel_byte(at);
    at = at + resampling.inner;
  }
  return u32(clamp(sum >> FRACTION_BITS, 0, 255));
}

@compute @workgroup_size(256)
fn resample(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  let first = word * 4u;
  if (first >= resampling.elements) { return; }
  var result = 0u;
  for (var k = 0u; k < 4u; k++) {
    if (first + k < resampling.elements) { result = result | (resampled_byte(first + k) << (8u * k)); }
  }
  resampled[word] = result;
}
