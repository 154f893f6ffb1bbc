// AsDiscrete: one-hot, threshold and rounding, each one entry point; one invocation per voxel or element. argmax is gpu-argmax.wgsl.
// After gpu-prelude, gpu-float64, gpu-elements, gpu-order.
struct Discrete {
  // Voxels of one channel for one_hot, elements for the others.
  count: u32,
  channels: u32,
  // Bits of the threshold in the source's type.
  threshold_low: u32,
  threshold_high: u32,
  status_word: u32,
}

@group(0) @binding(1) var<storage, read_write> discrete: array<u32>;
@group(0) @binding(2) var<storage, read_write> status: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> settings: Discrete;

// Channel of the label 1, all others 0, from int32. A label outside the channels sets the status word to the label with its sign bit
// flipped (1 for the one label that this makes 0).
@compute @workgroup_size(256)
fn one_hot(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  if (voxel >= settings.count) { return; }
  let label = source[voxel];
  if (label >= settings.channels) { atomicStore(&status[settings.status_word], max(label ^ 0x80000000u, 1u)); }
  for (var c = 0u; c < settings.channels; c++) {
    discrete[c * settings.count + voxel] = select(0u, 0x3f800000u, c == label);
  }
}

@compute @workgroup_size(256)
fn threshold(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.count) { return; }
  let key = order_key(element_bits(i));
  let limit = order_key(vec2<u32>(settings.threshold_low, settings.threshold_high));
  let reached = key.y > limit.y || (key.y == limit.y && key.x >= limit.x);
  let nan = all(key == vec2<u32>(0xffffffffu));
  discrete[i] = select(0u, 0x3f800000u, reached && !nan);
}

// To the nearest integer, halves to the even one; float32 or float64, by their bits, so that the sign of 0 and NaN stay.
@compute @workgroup_size(256)
fn rounding(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.count) { return; }
  let bits = element_bits(i);
  if (SOURCE_TYPE == FP64) {
    let result = rounded_bits(bits, 52u, 1023u);
    discrete[2u * i] = result.x;
    discrete[2u * i + 1u] = result.y;
  } else {
    discrete[i] = rounded_bits(bits, 23u, 127u).x;
  }
}

fn rounded_bits(bits: vec2<u32>, digits: u32, bias: u32) -> vec2<u32> {
  let sign = select(vec2<u32>(0x80000000u, 0u), vec2<u32>(0u, 0x80000000u), digits == 52u);
  let magnitude = bits & ~sign;
  let exponent = u64_right(magnitude, digits).x;
  if (exponent >= bias + digits) { return bits; }
  let one = u64_left(vec2<u32>(bias, 0u), digits);
  if (exponent < bias) {
    // Above one half is 1, one half and below 0.
    let half = u64_left(vec2<u32>(bias - 1u, 0u), digits);
    return (bits & sign) | select(vec2<u32>(0u), one, u64_less(half, magnitude));
  }
  let fraction = digits - (exponent - bias);
  let unit = u64_left(vec2<u32>(1u, 0u), fraction);
  let below = u64_subtract(unit, vec2<u32>(1u, 0u));
  let rest = magnitude & below;
  let whole = magnitude & ~below;
  let half = u64_right(unit, 1u);
  // The unit's bit tells whether the integer is odd; just above the leading one it is the exponent's, which is set for 1 alone.
  let odd = any((whole & unit) != vec2<u32>(0u)) || (exponent == bias);
  let up = u64_less(half, rest) || (all(rest == half) && odd);
  return (bits & sign) | select(whole, u64_add(whole, unit), up);
}
