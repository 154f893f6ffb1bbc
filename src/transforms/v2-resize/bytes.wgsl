// Bytes as Pillow resamples them: weights in 22-bit fixed point, rounded and clamped to bytes after each axis. An invocation makes whole words,
// so that no two write to the same: `resample` one of any bytes, `resample_words` one where the inner size is a multiple of four, hence its
// bytes have the same weights, and `resample_pixels` three, which are four pixels of three channels. After gpu-prelude, taps.
const FRACTION_BITS = 22u;
const HALF = 1 << (FRACTION_BITS - 1u);

@group(0) @binding(0) var<storage, read> pixels: array<u32>;

fn weight_of(run: Run, k: u32) -> i32 {
  return bitcast<i32>(taps[run.weight + k]);
}

fn first_sample(run: Run) -> u32 {
  return run.base + u32(run.start) * resampling.inner;
}

fn resampled_byte(i: u32) -> u32 {
  let run = run_of(i);
  var at = first_sample(run);
  var sum = HALF;
  for (var k = 0u; k < run.count; k++) {
    sum = sum + weight_of(run, k) * i32((pixels[at >> 2u] >> ((at & 3u) * 8u)) & 0xffu);
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

@compute @workgroup_size(256)
fn resample_words(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  if (word * 4u >= resampling.elements) { return; }
  let run = run_of(word * 4u);
  var at = first_sample(run) >> 2u;
  var sum = vec4<i32>(HALF);
  for (var k = 0u; k < run.count; k++) {
    sum = sum + weight_of(run, k) * vec4<i32>((vec4<u32>(pixels[at]) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu));
    at = at + (resampling.inner >> 2u);
  }
  let bytes = vec4<u32>(clamp(sum >> vec4<u32>(FRACTION_BITS), vec4<i32>(0), vec4<i32>(255)));
  resampled[word] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}

// The three bytes from a byte on, which may lie in two words.
fn three_bytes(at: u32) -> vec3<i32> {
  let shift = (at & 3u) * 8u;
  var bits = pixels[at >> 2u] >> shift;
  if (shift > 8u) { bits = bits | (pixels[(at >> 2u) + 1u] << (32u - shift)); }
  return vec3<i32>((vec3<u32>(bits) >> vec3<u32>(0u, 8u, 16u)) & vec3<u32>(0xffu));
}

fn resampled_pixel(pixel: u32) -> u32 {
  if (pixel * 3u >= resampling.elements) { return 0u; }
  let run = run_of(pixel * 3u);
  var at = first_sample(run);
  var sum = vec3<i32>(HALF);
  for (var k = 0u; k < run.count; k++) {
    sum = sum + weight_of(run, k) * three_bytes(at);
    at = at + 3u;
  }
  let bytes = vec3<u32>(clamp(sum >> vec3<u32>(FRACTION_BITS), vec3<i32>(0), vec3<i32>(255)));
  return bytes.x | (bytes.y << 8u) | (bytes.z << 16u);
}

@compute @workgroup_size(256)
fn resample_pixels(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let group = thread_index(id, groups);
  if (group * 12u >= resampling.elements) { return; }
  let a = resampled_pixel(group * 4u);
  let b = resampled_pixel(group * 4u + 1u);
  let c = resampled_pixel(group * 4u + 2u);
  let d = resampled_pixel(group * 4u + 3u);
  // A buffer is bound to its last word: words beyond it are not written.
  let words = (resampling.elements + 3u) / 4u;
  resampled[group * 3u] = a | (b << 24u);
  if (group * 3u + 1u < words) { resampled[group * 3u + 1u] = (b >> 8u) | (c << 16u); }
  if (group * 3u + 2u < words) { resampled[group * 3u + 2u] = (c >> 16u) | (d << 8u); }
}
