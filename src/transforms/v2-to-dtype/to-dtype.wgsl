// Products in the elements' float type and shifts in their integer type. Between gpu-prelude, gpu-float64, gpu-elements and gpu-words.
struct ToDtype {
  elements: u32,
  // Bits to shift.
  by: u32,
  // As float64; a value of float32 where the elements are not float64.
  factor: vec2<u32>,
  // The same as float32.
  single: f32,
}

override LEFT: bool;

@group(0) @binding(2) var<uniform> settings: ToDtype;

// The product of a float32 that is finite, or of a whole number; it is normal or 0 where it matters. NaN and infinities keep their bits.
fn single_product(bits: u32) -> u32 {
  if ((bits & 0x7f800000u) == 0x7f800000u) { return bits; }
  return bitcast<u32>(bitcast<f32>(bits) * settings.single);
}

// float16 is rounded twice, as in torch, which computes it in float32.
fn product(bits: vec2<u32>) -> vec2<u32> {
  switch SOURCE_TYPE {
    case FP64: { return f64_multiply(bits, settings.factor); }
    case FP32: { return vec2<u32>(single_product(bits.x), 0u); }
    default: {
      let single = f64_narrow(f64_multiply(f64_from_f16(bits.x), settings.factor), 24u, 127);
      return vec2<u32>(f64_narrow(f64_from_f32(single), 11u, 15), 0u);
    }
  }
}

fn shifted(bits: vec2<u32>) -> vec2<u32> {
  if (LEFT) { return u64_left(bits, settings.by); }
  let value = integer_of(bits);
  let negative = (value.y >> 31u) != 0u;
  // Of a negative value the complement is shifted, which brings zeros in.
  let result = u64_right(select(value, ~value, negative), settings.by);
  return select(result, ~result, negative);
}

fn result_type() -> u32 { return SOURCE_TYPE; }

fn result_elements() -> u32 { return settings.elements; }

fn result_bits(i: u32) -> vec2<u32> {
  let bits = element_bits(i);
  if (is_float(SOURCE_TYPE)) { return product(bits); }
  return shifted(bits);
}

// Integers of up to 16 bits, which float32 holds, times the factor as float32: an element per invocation.
@compute @workgroup_size(256)
fn to_floats(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.elements) { return; }
  result_words[i] = bitcast<u32>(f32(bitcast<i32>(integer_of(element_bits(i)).x)) * settings.single);
}
