// Which of the labels 0 to 4095 occur: one bit each, and word 128 is not 0 when a value is none of them.
// After gpu-prelude, gpu-float64, gpu-elements.
struct Present {
  elements: u32,
}

@group(0) @binding(1) var<storage, read_write> present: array<atomic<u32>>;
@group(0) @binding(2) var<uniform> settings: Present;

fn label_of(bits: vec2<u32>) -> vec2<u32> {
  var value = bits;
  if (!is_float(SOURCE_TYPE)) { return integer_of(bits); }
  if (SOURCE_TYPE == FP16) { value = f64_from_f16(bits.x); }
  if (SOURCE_TYPE == FP32) { value = f64_from_f32(bits.x); }
  let whole = i64_from_f64(value);
  // -0 is 0.
  let back = f64_from_i64(whole);
  let same = all(back == value) || (u64_is_zero(whole) && u64_is_zero(vec2<u32>(value.x, value.y & 0x7fffffffu)));
  return select(vec2<u32>(0xffffffffu), whole, same);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.elements) { return; }
  let label = label_of(element_bits(i));
  if (label.y != 0u || label.x > 4095u) {
    atomicStore(&present[128], 1u);
    return;
  }
  let bit = 1u << (label.x & 31u);
  if ((atomicLoad(&present[label.x >> 5u]) & bit) == 0u) { atomicOr(&present[label.x >> 5u], bit); }
}
