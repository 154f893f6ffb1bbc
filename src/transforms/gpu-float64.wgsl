// IEEE 754 binary64 on integers, for WGSL has none: round to nearest even, subnormals, infinities and one quiet NaN.
// A value is its bits: x the low word, y the high word. Unsigned 64-bit integers have the same form.
// Before rounding a number is (sign, exponent, fraction) with the leading one of the fraction at bit 63, its value
// fraction / 2^63 * 2^exponent, and everything lost below collected in bit 0 (sticky).

const NAN64 = vec2<u32>(0u, 0x7ff80000u);

fn u64_add(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn u64_subtract(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn u64_less(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

fn u64_is_zero(a: vec2<u32>) -> bool {
  return (a.x | a.y) == 0u;
}

fn u64_leading_zeros(a: vec2<u32>) -> u32 {
  return select(countLeadingZeros(a.y), 32u + countLeadingZeros(a.x), a.y == 0u);
}

fn u64_left(a: vec2<u32>, by: u32) -> vec2<u32> {
  if (by == 0u) { return a; }
  if (by >= 64u) { return vec2<u32>(0u); }
  if (by >= 32u) { return vec2<u32>(0u, a.x << (by - 32u)); }
  return vec2<u32>(a.x << by, (a.y << by) | (a.x >> (32u - by)));
}

fn u64_right(a: vec2<u32>, by: u32) -> vec2<u32> {
  if (by == 0u) { return a; }
  if (by >= 64u) { return vec2<u32>(0u); }
  if (by >= 32u) { return vec2<u32>(a.y >> (by - 32u), 0u); }
  return vec2<u32>((a.x >> by) | (a.y << (32u - by)), a.y >> by);
}

// Shift right; bit 0 of the result tells whether anything was lost.
fn u64_right_sticky(a: vec2<u32>, by: u32) -> vec2<u32> {
  let shifted = u64_right(a, by);
  let back = u64_left(shifted, by);
  let lost = any(back != a);
  return vec2<u32>(shifted.x | select(0u, 1u, lost), shifted.y);
}

// The full product of two words.
fn u32_product(a: u32, b: u32) -> vec2<u32> {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let middle = a1 * b0 + (low >> 16u);
  let other = a0 * b1 + (middle & 0xffffu);
  return vec2<u32>((other << 16u) | (low & 0xffffu), a1 * b1 + (middle >> 16u) + (other >> 16u));
}

// Rounds to `digits` bits of fraction (leading one included) and packs with the exponent bias: (53, 1023) binary64,
// (24, 127) binary32, (11, 15) binary16, the latter two in the low word without sign.
fn pack_float(exponent: i32, fraction: vec2<u32>, digits: u32, bias: i32) -> vec2<u32> {
  var e = exponent + bias;
  var shift = 64u - (digits + 3u);
  if (e < 1) {
    shift = shift + u32(min(1 - e, 128));
    e = 1;
  }
  var m = u64_right_sticky(fraction, shift);
  let rest = m.x & 7u;
  m = u64_right(m, 3u);
  if (rest > 4u || (rest == 4u && (m.x & 1u) == 1u)) { m = u64_add(m, vec2<u32>(1u, 0u)); }
  let infinity = u64_left(vec2<u32>(u32(2 * bias + 1), 0u), digits - 1u);
  if (e > 2 * bias) { return infinity; }
  // The leading one adds one to the exponent field; a subnormal has none, and its field stays 0.
  let packed = u64_add(m, u64_left(vec2<u32>(u32(e - 1), 0u), digits - 1u));
  if (u64_less(infinity, packed)) { return infinity; }
  return packed;
}

struct Unpacked {
  negative: bool,
  // 0 zero, 1 finite, 2 infinite, 3 NaN
  kind: u32,
  exponent: i32,
  fraction: vec2<u32>,
}

fn f64_unpack(a: vec2<u32>) -> Unpacked {
  let field = (a.y >> 20u) & 0x7ffu;
  let mantissa = vec2<u32>(a.x, a.y & 0xfffffu);
  var result = Unpacked((a.y >> 31u) != 0u, 1u, i32(field) - 1023, vec2<u32>(0u));
  if (field == 0x7ffu) {
    result.kind = select(3u, 2u, u64_is_zero(mantissa));
    return result;
  }
  if (field == 0u) {
    if (u64_is_zero(mantissa)) {
      result.kind = 0u;
      return result;
    }
    let zeros = u64_leading_zeros(mantissa);
    result.fraction = u64_left(mantissa, zeros);
    result.exponent = -1022 - (i32(zeros) - 11);
    return result;
  }
  result.fraction = u64_left(vec2<u32>(mantissa.x, mantissa.y | 0x100000u), 11u);
  return result;
}

fn with_sign(bits: vec2<u32>, negative: bool) -> vec2<u32> {
  return vec2<u32>(bits.x, bits.y | select(0u, 0x80000000u, negative));
}

fn f64_negate(a: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x, a.y ^ 0x80000000u);
}

fn f64_is_nan(a: vec2<u32>) -> bool {
  let magnitude = a.y & 0x7fffffffu;
  return magnitude > 0x7ff00000u || (magnitude == 0x7ff00000u && a.x != 0u);
}

fn f64_add(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let p = f64_unpack(a);
  let q = f64_unpack(b);
  if (p.kind == 3u || q.kind == 3u) { return NAN64; }
  if (p.kind == 2u || q.kind == 2u) {
    if (p.kind == 2u && q.kind == 2u && p.negative != q.negative) { return NAN64; }
    if (p.kind == 2u) { return a; }
    return b;
  }
  if (p.kind == 0u && q.kind == 0u) { return with_sign(vec2<u32>(0u), p.negative && q.negative); }
  if (p.kind == 0u) { return b; }
  if (q.kind == 0u) { return a; }
  // The larger magnitude first; one bit of room for the carry.
  var large = p;
  var small = q;
  if (q.exponent > p.exponent || (q.exponent == p.exponent && u64_less(p.fraction, q.fraction))) {
    large = q;
    small = p;
  }
  let m = u64_right(large.fraction, 1u);
  let n = u64_right_sticky(u64_right(small.fraction, 1u), min(u32(large.exponent - small.exponent), 64u));
  var sum = u64_add(m, n);
  if (large.negative != small.negative) { sum = u64_subtract(m, n); }
  if (u64_is_zero(sum)) { return vec2<u32>(0u); }
  let zeros = u64_leading_zeros(sum);
  return with_sign(pack_float(large.exponent + 1 - i32(zeros), u64_left(sum, zeros), 53u, 1023), large.negative);
}

fn f64_subtract(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  if (f64_is_nan(b)) { return NAN64; }
  return f64_add(a, f64_negate(b));
}

fn f64_multiply(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let p = f64_unpack(a);
  let q = f64_unpack(b);
  let negative = p.negative != q.negative;
  if (p.kind == 3u || q.kind == 3u) { return NAN64; }
  if (p.kind == 2u || q.kind == 2u) {
    if (p.kind == 0u || q.kind == 0u) { return NAN64; }
    return with_sign(vec2<u32>(0u, 0x7ff00000u), negative);
  }
  if (p.kind == 0u || q.kind == 0u) { return with_sign(vec2<u32>(0u), negative); }
  // 64 × 64 bits: the upper 64 are kept, the lower 64 only tell that they were not zero.
  let low = u32_product(p.fraction.x, q.fraction.x);
  let cross = u32_product(p.fraction.x, q.fraction.y);
  let other = u32_product(p.fraction.y, q.fraction.x);
  let high = u32_product(p.fraction.y, q.fraction.y);
  let middle = u64_add(vec2<u32>(cross.x, 0u), vec2<u32>(other.x, 0u));
  let carried = u64_add(middle, vec2<u32>(low.y, 0u));
  var product = u64_add(high, vec2<u32>(cross.y, 0u));
  product = u64_add(product, vec2<u32>(other.y, 0u));
  product = u64_add(product, vec2<u32>(carried.y, 0u));
  let lost = (low.x | carried.x) != 0u;
  var exponent = p.exponent + q.exponent + 1;
  if ((product.y >> 31u) == 0u) {
    // 53-bit factors leave the lower words at zero but for their top bits, so that one bit moved up loses nothing.
    product = vec2<u32>((product.x << 1u) | (carried.x >> 31u), (product.y << 1u) | (product.x >> 31u));
    exponent = exponent - 1;
  }
  return with_sign(pack_float(exponent, vec2<u32>(product.x | select(0u, 1u, lost), product.y), 53u, 1023), negative);
}

fn f64_divide(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let p = f64_unpack(a);
  let q = f64_unpack(b);
  let negative = p.negative != q.negative;
  if (p.kind == 3u || q.kind == 3u || (p.kind == 2u && q.kind == 2u) || (p.kind == 0u && q.kind == 0u)) { return NAN64; }
  if (p.kind == 2u || q.kind == 0u) { return with_sign(vec2<u32>(0u, 0x7ff00000u), negative); }
  if (p.kind == 0u || q.kind == 2u) { return with_sign(vec2<u32>(0u), negative); }
  // Long division, one bit a step; the operands go down to 53 bits so that the remainder never overflows.
  let divisor = u64_right(q.fraction, 11u);
  var remainder = u64_right(p.fraction, 11u);
  var exponent = p.exponent - q.exponent;
  if (u64_less(remainder, divisor)) {
    remainder = u64_left(remainder, 1u);
    exponent = exponent - 1;
  }
  var quotient = vec2<u32>(0u);
  for (var i = 0u; i < 57u; i++) {
    quotient = u64_left(quotient, 1u);
    if (!u64_less(remainder, divisor)) {
      remainder = u64_subtract(remainder, divisor);
      quotient.x = quotient.x | 1u;
    }
    remainder = u64_left(remainder, 1u);
  }
  quotient = u64_left(quotient, 7u);
  quotient.x = quotient.x | select(1u, 0u, u64_is_zero(remainder));
  return with_sign(pack_float(exponent, quotient, 53u, 1023), negative);
}

// A signed 64-bit integer, rounded to `digits` bits; sign not included.
fn pack_integer(magnitude: vec2<u32>, digits: u32, bias: i32) -> vec2<u32> {
  if (u64_is_zero(magnitude)) { return vec2<u32>(0u); }
  let zeros = u64_leading_zeros(magnitude);
  return pack_float(63 - i32(zeros), u64_left(magnitude, zeros), digits, bias);
}

fn i64_magnitude(a: vec2<u32>) -> vec2<u32> {
  if ((a.y >> 31u) == 0u) { return a; }
  return u64_subtract(vec2<u32>(0u), a);
}

fn f64_from_i64(a: vec2<u32>) -> vec2<u32> {
  return with_sign(pack_integer(i64_magnitude(a), 53u, 1023), (a.y >> 31u) != 0u);
}

fn f64_from_i32(a: i32) -> vec2<u32> {
  return f64_from_i64(vec2<u32>(bitcast<u32>(a), select(0u, 0xffffffffu, a < 0)));
}

// Exact: every binary32 value, given by its bits, is a binary64 value.
fn f64_from_f32(bits: u32) -> vec2<u32> {
  let sign = bits & 0x80000000u;
  let field = (bits >> 23u) & 0xffu;
  let mantissa = bits & 0x7fffffu;
  if (field == 0xffu) { return vec2<u32>(mantissa << 29u, sign | 0x7ff00000u | (mantissa >> 3u)); }
  if (field != 0u) { return vec2<u32>(mantissa << 29u, sign | ((field + 896u) << 20u) | (mantissa >> 3u)); }
  if (mantissa == 0u) { return vec2<u32>(0u, sign); }
  let zeros = countLeadingZeros(mantissa);
  let magnitude = pack_float(-126 - (i32(zeros) - 8), vec2<u32>(0u, mantissa << zeros), 53u, 1023);
  return vec2<u32>(magnitude.x, magnitude.y | sign);
}

// Exact: every binary16 value is a binary64 value.
fn f64_from_f16(bits: u32) -> vec2<u32> {
  let sign = (bits & 0x8000u) << 16u;
  let field = (bits >> 10u) & 0x1fu;
  let mantissa = bits & 0x3ffu;
  if (field == 0x1fu) { return vec2<u32>(0u, sign | 0x7ff00000u | (mantissa << 10u)); }
  if (field != 0u) { return vec2<u32>(0u, sign | ((field + 1008u) << 20u) | (mantissa << 10u)); }
  if (mantissa == 0u) { return vec2<u32>(0u, sign); }
  let zeros = countLeadingZeros(mantissa);
  let magnitude = pack_float(-14 - (i32(zeros) - 21), vec2<u32>(0u, mantissa << zeros), 53u, 1023);
  return vec2<u32>(magnitude.x, magnitude.y | sign);
}

// To binary32 (24, 127) or binary16 (11, 15) bits, rounded once.
fn f64_narrow(a: vec2<u32>, digits: u32, bias: i32) -> u32 {
  let p = f64_unpack(a);
  let top = select(15u, 31u, digits == 24u);
  let sign = select(0u, 1u << top, p.negative);
  let infinity = u32(2 * bias + 1) << (digits - 1u);
  if (p.kind == 3u) { return sign | infinity | (1u << (digits - 2u)); }
  if (p.kind == 2u) { return sign | infinity; }
  if (p.kind == 0u) { return sign; }
  return sign | pack_float(p.exponent, p.fraction, digits, bias).x;
}

fn f32_from_f64(a: vec2<u32>) -> u32 {
  return f64_narrow(a, 24u, 127);
}

// Toward zero. Beyond 64 bits, and for NaN, what x86 gives: the smallest integer.
fn i64_from_f64(a: vec2<u32>) -> vec2<u32> {
  let p = f64_unpack(a);
  if (p.kind == 0u || (p.kind == 1u && p.exponent < 0)) { return vec2<u32>(0u); }
  if (p.kind != 1u || p.exponent > 62) { return vec2<u32>(0u, 0x80000000u); }
  let magnitude = u64_right(p.fraction, u32(63 - p.exponent));
  if (p.negative) { return u64_subtract(vec2<u32>(0u), magnitude); }
  return magnitude;
}
