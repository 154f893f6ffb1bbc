// Resize of a float32 image, one invocation per voxel of the target: area (adaptive average), trilinear, nearest, nearest-exact.
// The source is read through a window (`geometry`, 12 words: start, size, float32 factor per axis) and through a deferred intensity scale,
// applied to each tap: crop, scale and resize in one read. Taps outside the image are `fill`.
// After gpu-prelude, gpu-scale. Bilinear and linear are the trilinear entry with trailing axes of size 1.
struct Resize {
  scale: Scale,
  elements: u32,
  extent0: u32,
  extent1: u32,
  extent2: u32,
  target0: u32,
  target1: u32,
  target2: u32,
  fill: u32,
  align_corners: u32,
}

@group(0) @binding(0) var<storage, read> image: array<u32>;
@group(0) @binding(1) var<storage, read> geometry: array<u32>;
@group(0) @binding(2) var<storage, read_write> resized: array<u32>;
@group(0) @binding(3) var<uniform> resize: Resize;

struct Voxel {
  channel: u32,
  at: vec3<u32>,
}

fn voxel_of(i: u32) -> Voxel {
  let rest = i / resize.target2;
  let outer = rest / resize.target1;
  return Voxel(outer / resize.target0, vec3<u32>(outer % resize.target0, rest % resize.target1, i % resize.target2));
}

// The bits of the tap at a position of the window.
fn tap_bits(channel: u32, p: vec3<u32>) -> u32 {
  let q = vec3<i32>(p) + vec3<i32>(bitcast<i32>(geometry[0]), bitcast<i32>(geometry[1]), bitcast<i32>(geometry[2]));
  let extent = vec3<i32>(i32(resize.extent0), i32(resize.extent1), i32(resize.extent2));
  if (any(q < vec3<i32>(0)) || any(q >= extent)) { return resize.fill; }
  let u = vec3<u32>(q);
  return scaled(image[((channel * resize.extent0 + u.x) * resize.extent1 + u.y) * resize.extent2 + u.z], resize.scale);
}

fn window_size() -> vec3<u32> {
  return vec3<u32>(geometry[4], geometry[5], geometry[6]);
}

fn is_empty(size: vec3<u32>) -> bool {
  return size.x == 0u || size.y == 0u || size.z == 0u;
}

fn has_special(bits: u32) -> bool {
  return (bits & 0x7f800000u) == 0x7f800000u;
}

// Sums of NaN and infinities as IEEE 754 has them; WGSL may take both as absent. Kept: 1 NaN, 2 +inf, 4 -inf.
fn special_kind(bits: u32) -> u32 {
  if ((bits & 0x7fffffu) != 0u) { return 1u; }
  return select(2u, 4u, (bits >> 31u) != 0u);
}

fn special_bits(kinds: u32) -> u32 {
  if (kinds == 2u) { return 0x7f800000u; }
  if (kinds == 4u) { return 0xff800000u; }
  return 0x7fc00000u;
}

// The mean of [floor(o n / m), ceil((o + 1) n / m)) per axis, summed axis 0, 1, 2 (2 innermost), then divided once per axis.
@compute @workgroup_size(256)
fn area(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= resize.elements) { return; }
  let size = window_size();
  if (is_empty(size)) { resized[i] = 0u; return; }
  let voxel = voxel_of(i);
  let to = vec3<u32>(resize.target0, resize.target1, resize.target2);
  let first = voxel.at * size / to;
  let last = ((voxel.at + vec3<u32>(1u)) * size + to - vec3<u32>(1u)) / to;
  var sum = 0.0;
  var kinds = 0u;
  for (var a = first.x; a < last.x; a++) {
    for (var b = first.y; b < last.y; b++) {
      for (var c = first.z; c < last.z; c++) {
        let bits = tap_bits(voxel.channel, vec3<u32>(a, b, c));
        if (has_special(bits)) {
          kinds = kinds | special_kind(bits);
        } else {
          sum = sum + bitcast<f32>(bits);
        }
      }
    }
  }
  if (kinds != 0u) { resized[i] = special_bits(kinds); return; }
  let count = vec3<f32>(last - first);
  resized[i] = bitcast<u32>(divide(divide(divide(sum, count.x), count.y), count.z));
}

struct Taps {
  low: u32,
  high: u32,
  weight: f32,
}

// The source position max((o + 1/2) n / m - 1/2, 0) in integers; the position o (n - 1) / (m - 1) when corners are aligned.
fn taps(o: u32, n: u32, m: u32) -> Taps {
  var numerator = max(i32((2u * o + 1u) * n) - i32(m), 0);
  var denominator = i32(2u * m);
  if (resize.align_corners != 0u) {
    numerator = i32(o * (n - 1u));
    denominator = i32(max(m, 2u) - 1u);
  }
  let low = u32(numerator / denominator);
  let weight = f32(numerator % denominator) / f32(denominator);
  return Taps(low, min(low + 1u, n - 1u), weight);
}

@compute @workgroup_size(256)
fn trilinear(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= resize.elements) { return; }
  let size = window_size();
  if (is_empty(size)) { resized[i] = 0u; return; }
  let voxel = voxel_of(i);
  let x = taps(voxel.at.x, size.x, resize.target0);
  let y = taps(voxel.at.y, size.y, resize.target1);
  let z = taps(voxel.at.z, size.z, resize.target2);
  var sum = 0.0;
  var kinds = 0u;
  for (var corner = 0u; corner < 8u; corner++) {
    let upper = vec3<bool>((corner & 4u) != 0u, (corner & 2u) != 0u, (corner & 1u) != 0u);
    let low = vec3<u32>(x.low, y.low, z.low);
    let high = vec3<u32>(x.high, y.high, z.high);
    let bits = tap_bits(voxel.channel, select(low, high, upper));
    let t = vec3<f32>(x.weight, y.weight, z.weight);
    let w = select(vec3<f32>(1.0) - t, t, upper);
    let weight = w.x * w.y * w.z;
    if (has_special(bits)) {
      // 0 times an infinity is NaN.
      kinds = kinds | select(special_kind(bits), 1u, weight == 0.0);
    } else {
      sum = sum + weight * bitcast<f32>(bits);
    }
  }
  if (kinds != 0u) { resized[i] = special_bits(kinds); return; }
  resized[i] = bitcast<u32>(sum);
}

fn nearest_position(o: f32, axis: u32, size: u32) -> u32 {
  return min(u32(floor(o * bitcast<f32>(geometry[8u + axis]))), size - 1u);
}

@compute @workgroup_size(256)
fn nearest(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= resize.elements) { return; }
  let size = window_size();
  if (is_empty(size)) { resized[i] = 0u; return; }
  let voxel = voxel_of(i);
  let o = vec3<f32>(voxel.at);
  resized[i] = tap_bits(voxel.channel, vec3<u32>(
    nearest_position(o.x, 0u, size.x), nearest_position(o.y, 1u, size.y), nearest_position(o.z, 2u, size.z)));
}

@compute @workgroup_size(256)
fn nearest_exact(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= resize.elements) { return; }
  let size = window_size();
  if (is_empty(size)) { resized[i] = 0u; return; }
  let voxel = voxel_of(i);
  let o = vec3<f32>(voxel.at) + vec3<f32>(0.5);
  resized[i] = tap_bits(voxel.channel, vec3<u32>(
    nearest_position(o.x, 0u, size.x), nearest_position(o.y, 1u, size.y), nearest_position(o.z, 2u, size.z)));
}
