// Elements of a tensor of any data type in its raw little-endian bytes, bound as words.
// Type codes are the values of DataType in model_config.proto.
const BOOL = 1u;
const UINT8 = 2u;
const UINT16 = 3u;
const UINT32 = 4u;
const UINT64 = 5u;
const INT8 = 6u;
const INT16 = 7u;
const INT32 = 8u;
const INT64 = 9u;
const FP16 = 10u;
const FP32 = 11u;
const FP64 = 12u;

override SOURCE_TYPE: u32;

@group(0) @binding(0) var<storage, read> source: array<u32>;

fn bytes_of(kind: u32) -> u32 {
  switch kind {
    case BOOL, UINT8, INT8: { return 1u; }
    case UINT16, INT16, FP16: { return 2u; }
    case UINT64, INT64, FP64: { return 8u; }
    default: { return 4u; }
  }
}

fn is_float(kind: u32) -> bool {
  return kind >= FP16;
}

// The element's bits, zero-extended to 64.
fn element_bits(i: u32) -> vec2<u32> {
  switch bytes_of(SOURCE_TYPE) {
    case 1u: { return vec2<u32>((source[i >> 2u] >> ((i & 3u) * 8u)) & 0xffu, 0u); }
    case 2u: { return vec2<u32>((source[i >> 1u] >> ((i & 1u) * 16u)) & 0xffffu, 0u); }
    case 8u: { return vec2<u32>(source[2u * i], source[2u * i + 1u]); }
    default: { return vec2<u32>(source[i], 0u); }
  }
}

// True for a value above zero; NaN is not.
fn is_positive(bits: vec2<u32>) -> bool {
  switch SOURCE_TYPE {
    case INT8: { return bits.x != 0u && bits.x < 0x80u; }
    case INT16: { return bits.x != 0u && bits.x < 0x8000u; }
    case INT32: { return bits.x != 0u && bits.x < 0x80000000u; }
    case INT64: { return any(bits != vec2<u32>(0u)) && bits.y < 0x80000000u; }
    case FP16: { return bits.x != 0u && bits.x <= 0x7c00u; }
    case FP32: { return bits.x != 0u && bits.x <= 0x7f800000u; }
    case FP64: { return any(bits != vec2<u32>(0u)) && (bits.y < 0x7ff00000u || (bits.y == 0x7ff00000u && bits.x == 0u)); }
    default: { return any(bits != vec2<u32>(0u)); }
  }
}

// Sign-extended integer value as 64 bits; for the integer types.
fn integer_of(bits: vec2<u32>) -> vec2<u32> {
  switch SOURCE_TYPE {
    case INT8: {
      let value = bitcast<u32>(bitcast<i32>(bits.x << 24u) >> 24u);
      return vec2<u32>(value, select(0u, 0xffffffffu, (value >> 31u) != 0u));
    }
    case INT16: {
      let value = bitcast<u32>(bitcast<i32>(bits.x << 16u) >> 16u);
      return vec2<u32>(value, select(0u, 0xffffffffu, (value >> 31u) != 0u));
    }
    case INT32: { return vec2<u32>(bits.x, select(0u, 0xffffffffu, (bits.x >> 31u) != 0u)); }
    default: { return bits; }
  }
}
