// ScaleIntensityRange of float16 and float64: each operation in binary64, then rounded to the type of the elements, which for binary16
// is the correctly rounded result (53 >= 2 * 11 + 2). One invocation makes one word of the target (two for float64).
// After gpu-prelude, gpu-float64, gpu-elements.
struct Wide {
  elements: u32,
  // As in gpu-scale.wgsl: 2 map to [b_min, b_max], 8 constant range; 16 clamp below, 32 clamp above.
  flags: u32,
  a_min: vec2<u32>,
  divisor: vec2<u32>,
  range: vec2<u32>,
  base: vec2<u32>,
  low: vec2<u32>,
  high: vec2<u32>,
}

@group(0) @binding(1) var<storage, read_write> wide_target: array<u32>;
@group(0) @binding(2) var<uniform> wide: Wide;

fn rounded(a: vec2<u32>) -> vec2<u32> {
  if (SOURCE_TYPE == FP64) { return a; }
  return f64_from_f16(f64_narrow(a, 11u, 15));
}

fn below(a: vec2<u32>, b: vec2<u32>) -> bool {
  let difference = f64_subtract(a, b);
  return !f64_is_nan(difference) && (difference.y >> 31u) != 0u && any((difference & vec2<u32>(0xffffffffu, 0x7fffffffu)) != vec2<u32>(0u));
}

fn value(i: u32) -> vec2<u32> {
  var x = element_bits(i);
  if (SOURCE_TYPE == FP16) { x = f64_from_f16(x.x); }
  x = rounded(f64_subtract(x, wide.a_min));
  if ((wide.flags & 8u) != 0u) {
    if ((wide.flags & 2u) != 0u) { x = rounded(f64_add(x, wide.base)); }
    return x;
  }
  x = rounded(f64_divide(x, wide.divisor));
  if ((wide.flags & 2u) != 0u) { x = rounded(f64_add(rounded(f64_multiply(x, wide.range)), wide.base)); }
  if ((wide.flags & 16u) != 0u && below(x, wide.low)) { x = wide.low; }
  if ((wide.flags & 32u) != 0u && below(wide.high, x)) { x = wide.high; }
  return x;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (SOURCE_TYPE == FP64) {
    if (i >= wide.elements) { return; }
    let y = value(i);
    wide_target[2u * i] = y.x;
    wide_target[2u * i + 1u] = y.y;
    return;
  }
  if (2u * i >= wide.elements) { return; }
  var word = f64_narrow(value(2u * i), 11u, 15);
  if (2u * i + 1u < wide.elements) { word = word | (f64_narrow(value(2u * i + 1u), 11u, 15) << 16u); }
  wide_target[i] = word;
}
