// Every numeric data type into every other, as numpy casts on x86. Between gpu-prelude, gpu-float64, gpu-elements and gpu-words.
override TARGET_TYPE: u32;

struct Cast {
  elements: u32,
  // Subtracted from integers first, wrapping in their type.
  minus_low: u32,
  minus_high: u32,
}

@group(0) @binding(2) var<uniform> settings: Cast;

fn float64_of(bits: vec2<u32>) -> vec2<u32> {
  switch SOURCE_TYPE {
    case FP16: { return f64_from_f16(bits.x); }
    case FP32: { return f64_from_f32(bits.x); }
    default: { return bits; }
  }
}

// Toward zero; targets of up to 32 bits take the low bits of an int32, whose least value stands for what does not fit.
fn truncated(bits: vec2<u32>) -> vec2<u32> {
  let wide = i64_from_f64(float64_of(bits));
  if (bytes_of(TARGET_TYPE) == 8u) { return wide; }
  let fits = wide.y == select(0u, 0xffffffffu, (wide.x >> 31u) != 0u);
  return vec2<u32>(select(0x80000000u, wide.x, fits), 0u);
}

fn element_mask() -> vec2<u32> {
  let bytes = bytes_of(SOURCE_TYPE);
  return vec2<u32>(select(0xffffffffu, (1u << (8u * (bytes & 3u))) - 1u, bytes < 4u), select(0u, 0xffffffffu, bytes == 8u));
}

fn result_type() -> u32 { return TARGET_TYPE; }

fn result_elements() -> u32 { return settings.elements; }

fn result_bits(i: u32) -> vec2<u32> {
  let bits = element_bits(i);
  if (SOURCE_TYPE == TARGET_TYPE) { return bits; }
  if (TARGET_TYPE == BOOL) {
    var magnitude = bits;
    if (SOURCE_TYPE == FP16) { magnitude.x = bits.x & 0x7fffu; }
    if (SOURCE_TYPE == FP32) { magnitude.x = bits.x & 0x7fffffffu; }
    if (SOURCE_TYPE == FP64) { magnitude.y = bits.y & 0x7fffffffu; }
    return vec2<u32>(select(0u, 1u, any(magnitude != vec2<u32>(0u))), 0u);
  }
  if (is_float(TARGET_TYPE)) {
    if (is_float(SOURCE_TYPE)) {
      let value = float64_of(bits);
      if (TARGET_TYPE == FP64) { return value; }
      if (TARGET_TYPE == FP32) { return vec2<u32>(f64_narrow(value, 24u, 127), 0u); }
      return vec2<u32>(f64_narrow(value, 11u, 15), 0u);
    }
    var integer = integer_of(bits);
    if ((settings.minus_low | settings.minus_high) != 0u) {
      integer = integer_of(u64_subtract(integer, vec2<u32>(settings.minus_low, settings.minus_high)) & element_mask());
    }
    let negative = (integer.y >> 31u) != 0u && SOURCE_TYPE != UINT64;
    var magnitude = integer;
    if (negative) { magnitude = i64_magnitude(integer); }
    if (TARGET_TYPE == FP64) { return with_sign(pack_integer(magnitude, 53u, 1023), negative); }
    if (TARGET_TYPE == FP32) { return vec2<u32>(pack_integer(magnitude, 24u, 127).x | select(0u, 0x80000000u, negative), 0u); }
    return vec2<u32>(pack_integer(magnitude, 11u, 15).x | select(0u, 0x8000u, negative), 0u);
  }
  if (is_float(SOURCE_TYPE)) { return truncated(bits); }
  return integer_of(bits);
}
