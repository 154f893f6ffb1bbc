// After gpu-elements.

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

// The least channel of the greatest of a voxel's values; the first NaN wins. Channels lie `voxels` elements apart.
fn argmax_of(voxel: u32, voxels: u32, channels: u32) -> u32 {
  var best = order_key(element_bits(voxel));
  var channel = 0u;
  for (var c = 1u; c < channels; c++) {
    let key = order_key(element_bits(c * voxels + voxel));
    if (key.y > best.y || (key.y == best.y && key.x > best.x)) {
      best = key;
      channel = c;
    }
  }
  return channel;
}
