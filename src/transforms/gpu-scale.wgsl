// ScaleIntensityRange on float32 bits, each operation rounded as IEEE 754 has it: WGSL's own division may be off by 2.5 ULP, and a
// compiler may contract a product and a sum. NaN and infinities never meet WGSL arithmetic, which may take them as absent.

struct Scale {
  a_min: f32,
  divisor: f32,
  range: f32,
  base: f32,
  low: f32,
  high: f32,
  flags: u32,
  // Always 0, unknown to the compiler.
  zero: u32,
}

const SCALE_APPLY = 1u;
const SCALE_CLIP = 4u;
const SCALE_CONSTANT = 8u;

// a / b rounded to nearest even, for finite a and finite b that is not 0.
fn divide(a: f32, b: f32) -> f32 {
  let x = bitcast<u32>(a);
  let y = bitcast<u32>(b);
  let sign = (x ^ y) & 0x80000000u;
  var m = x & 0x7fffffu;
  var n = y & 0x7fffffu;
  var e = i32((x >> 23u) & 0xffu);
  var f = i32((y >> 23u) & 0xffu);
  if (e == 0) {
    if (m == 0u) { return bitcast<f32>(sign); }
    let zeros = countLeadingZeros(m) - 8u;
    m = m << zeros;
    e = 1 - i32(zeros);
  }
  if (f == 0) {
    let zeros = countLeadingZeros(n) - 8u;
    n = n << zeros;
    f = 1 - i32(zeros);
  }
  m = m | 0x800000u;
  n = n | 0x800000u;
  e = e - f + 127;
  var numerator = f32(m);
  if (m < n) {
    e = e - 1;
    m = m << 1u;
    numerator = numerator * 2.0;
  }
  // The quotient in [2^23, 2^24] within a few units; its remainder fits 32 bits, so that the lower words of the products suffice.
  var q = u32(numerator / f32(n) * 8388608.0);
  var rest = bitcast<i32>((m << 23u) - q * n);
  let step = i32(n);
  for (var i = 0u; i < 8u && rest < 0; i++) {
    q = q - 1u;
    rest = rest + step;
  }
  for (var i = 0u; i < 8u && rest >= step; i++) {
    q = q + 1u;
    rest = rest - step;
  }
  if (e >= 1) {
    if (2 * rest > step || (2 * rest == step && (q & 1u) == 1u)) { q = q + 1u; }
    // The leading one of q adds one to the exponent field.
    let bits = q + (u32(e - 1) << 23u);
    return bitcast<f32>(sign | select(bits, 0x7f800000u, e > 254 || bits > 0x7f800000u));
  }
  // Subnormal: round at a higher bit, what is left below only counts as not zero.
  let shift = u32(min(1 - e, 25));
  let kept = q >> shift;
  let lost = q & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  let above = lost > half || (lost == half && rest != 0);
  let tie = lost == half && rest == 0;
  return bitcast<f32>(sign | (kept + select(0u, 1u, above || (tie && (kept & 1u) == 1u))));
}

fn clipped(value: f32, s: Scale) -> f32 {
  if ((s.flags & SCALE_CLIP) == 0u) { return value; }
  if (value < s.low) { return s.low; }
  if (value > s.high) { return s.high; }
  return value;
}

fn scaled(bits: u32, s: Scale) -> u32 {
  if ((s.flags & SCALE_APPLY) == 0u) { return bits; }
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return bits; }
  if (magnitude == 0x7f800000u) {
    var sign = bits ^ magnitude;
    if ((s.flags & SCALE_CONSTANT) == 0u) {
      sign = sign ^ (bitcast<u32>(s.divisor) & 0x80000000u);
      if (s.range == 0.0) { return 0x7fc00000u; }
      sign = sign ^ (bitcast<u32>(s.range) & 0x80000000u);
    }
    if ((s.flags & SCALE_CLIP) != 0u && (s.flags & SCALE_CONSTANT) == 0u) { return bitcast<u32>(select(s.low, s.high, sign == 0u)); }
    return sign | 0x7f800000u;
  }
  var y = bitcast<f32>(bits) - s.a_min;
  if ((s.flags & SCALE_CONSTANT) != 0u) { return bitcast<u32>(y + s.base); }
  y = divide(y, s.divisor);
  if (s.range != 1.0 || s.base != 0.0) {
    let product = y * s.range;
    y = bitcast<f32>(bitcast<u32>(product) ^ s.zero) + s.base;
  } else if ((bitcast<u32>(y) & 0x7fffffffu) == 0u) {
    // Without arithmetic, which may flush subnormal values: only -0 + 0 is to be made 0.
    y = 0.0;
  }
  return bitcast<u32>(clipped(y, s));
}
