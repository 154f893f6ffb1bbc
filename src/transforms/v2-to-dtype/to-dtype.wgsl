// Products and quotients in the elements' float type, shifts in their integer type: one invocation makes one word of the result (two for
// 8-byte types). After gpu-prelude, gpu-float64, gpu-elements, gpu-scale.
struct ToDtype {
  elements: u32,
  // Bits to shift.
  by: u32,
  // What to multiply by or divide by, as float64; a value of float32 where the elements are not float64.
  wide: vec2<u32>,
  // The same as float32.
  single: f32,
}

// 0 multiply, 1 divide, 2 shift to the left, 3 shift to the right.
override OPERATION: u32;

@group(0) @binding(1) var<storage, read_write> changed: array<u32>;
@group(0) @binding(2) var<uniform> settings: ToDtype;

// Of a float32, normal or 0 where it matters. NaN and infinities keep their bits: what they meet is positive.
fn single_result(bits: u32) -> u32 {
  if ((bits & 0x7f800000u) == 0x7f800000u) { return bits; }
  if (OPERATION == 1u) { return bitcast<u32>(divide(bitcast<f32>(bits), settings.single)); }
  return bitcast<u32>(bitcast<f32>(bits) * settings.single);
}

fn wide_result(bits: vec2<u32>) -> vec2<u32> {
  if (OPERATION == 1u) { return f64_divide(bits, settings.wide); }
  return f64_multiply(bits, settings.wide);
}

// float16 is rounded twice, as in torch, which computes it in float32.
fn float_result(bits: vec2<u32>) -> vec2<u32> {
  switch SOURCE_TYPE {
    case FP64: { return wide_result(bits); }
    case FP32: { return vec2<u32>(single_result(bits.x), 0u); }
    default: {
      let single = f64_narrow(wide_result(f64_from_f16(bits.x)), 24u, 127);
      return vec2<u32>(f64_narrow(f64_from_f32(single), 11u, 15), 0u);
    }
  }
}

fn shifted(bits: vec2<u32>) -> vec2<u32> {
  if (OPERATION == 2u) { return u64_left(bits, settings.by); }
  let value = integer_of(bits);
  let negative = (value.y >> 31u) != 0u;
  // Of a negative value the complement is shifted, which brings zeros in.
  let result = u64_right(select(value, ~value, negative), settings.by);
  return select(result, ~result, negative);
}

fn result_of(i: u32) -> vec2<u32> {
  let bits = element_bits(i);
  if (is_float(SOURCE_TYPE)) { return float_result(bits); }
  return shifted(bits);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  let bytes = bytes_of(SOURCE_TYPE);
  if (bytes == 8u) {
    if (word >= settings.elements) { return; }
    let value = result_of(word);
    changed[2u * word] = value.x;
    changed[2u * word + 1u] = value.y;
    return;
  }
  let per = 4u / bytes;
  let first = word * per;
  if (first >= settings.elements) { return; }
  let mask = 0xffffffffu >> (32u - 8u * bytes);
  var result = 0u;
  for (var k = 0u; k < per; k++) {
    if (first + k < settings.elements) { result = result | ((result_of(first + k).x & mask) << (8u * bytes * k)); }
  }
  changed[word] = result;
}

// Integers of up to 16 bits, which float32 holds, divided as float32: an element per invocation.
@compute @workgroup_size(256)
fn to_floats(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.elements) { return; }
  changed[i] = bitcast<u32>(divide(f32(bitcast<i32>(integer_of(element_bits(i)).x)), settings.single));
}
