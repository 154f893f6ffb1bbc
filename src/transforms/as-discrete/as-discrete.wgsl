// AsDiscrete: argmax over the channels, one-hot, threshold and rounding, each one entry point; one invocation per voxel or element.
// After gpu-prelude, gpu-float64, gpu-elements.
struct Discrete {
  // Voxels of one channel for argmax and one_hot, elements for the others.
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

// A key that orders values of the source's type as unsigned 64-bit integers; NaN is the greatest.
fn order_key(bits: vec2<u32>) -> vec2<u32> {
  switch SOURCE_TYPE {
    case INT8: { return vec2<u32>(bits.x ^ 0x80u, 0u); }
    case INT16: { return vec2<u32>(bits.x ^ 0x8000u, 0u); }
    case INT32: { return vec2<u32>(bits.x ^ 0x80000000u, 0u); }
    case INT64: { return vec2<u32>(bits.x, bits.y ^ 0x80000000u); }
    case FP16: {
      let magnitude = bits.x & 0x7fffu;
      if (magnitude > 0x7c00u) { return vec2<u32>(0xffffffffu); }
      return vec2<u32>(select(0x8000u + magnitude, 0x8000u - magnitude, bits.x > 0x7fffu), 0u);
    }
    case FP32: {
      let magnitude = bits.x & 0x7fffffffu;
      if (magnitude > 0x7f800000u) { return vec2<u32>(0xffffffffu); }
      return vec2<u32>(select(0x80000000u + magnitude, 0x80000000u - magnitude, (bits.x >> 31u) != 0u), 0u);
    }
    case FP64: {
      let high = bits.y & 0x7fffffffu;
      if (high > 0x7ff00000u || (high == 0x7ff00000u && bits.x != 0u)) { return vec2<u32>(0xffffffffu); }
      if ((bits.y >> 31u) == 0u) { return vec2<u32>(bits.x, 0x80000000u + high); }
      // 2^63 minus the magnitude, so that -0 and 0 are equal.
      return vec2<u32>(0u - bits.x, 0x80000000u - high - select(1u, 0u, bits.x == 0u));
    }
    default: { return bits; }
  }
}

// The least channel of the greatest value, as float32; the first NaN wins.
@compute @workgroup_size(256)
fn argmax(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  if (voxel >= settings.count) { return; }
  var best = order_key(element_bits(voxel));
  var channel = 0u;
  for (var c = 1u; c < settings.channels; c++) {
    let key = order_key(element_bits(c * settings.count + voxel));
    if (key.y > best.y || (key.y == best.y && key.x > best.x)) {
      best = key;
      channel = c;
    }
  }
  discrete[voxel] = bitcast<u32>(f32(channel));
}

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
