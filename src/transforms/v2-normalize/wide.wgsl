// (x - mean) / std by channel of float16 and float64: each operation in binary64, then rounded to the type of the elements. One invocation
// makes one word of the result (two for float64). After gpu-prelude, gpu-float64, gpu-elements.
struct Wide {
  elements: u32,
  // Elements of a plane.
  plane: u32,
  channels: u32,
  // Whether the source has one channel for all.
  spread: u32,
}

// Mean and std of each channel as float64.
@group(0) @binding(1) var<storage, read> statistics: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> normalized: array<u32>;
@group(0) @binding(3) var<uniform> wide: Wide;

fn value(i: u32) -> vec2<u32> {
  let plane = i / wide.plane;
  let at = select(i, (plane / wide.channels) * wide.plane + i % wide.plane, wide.spread != 0u);
  let bits = element_bits(at);
  let by = statistics[plane % wide.channels];
  if (SOURCE_TYPE == FP64) { return f64_divide(f64_subtract(bits, by.xy), by.zw); }
  let difference = f64_narrow(f64_subtract(f64_from_f16(bits.x), by.xy), 11u, 15);
  return vec2<u32>(f64_narrow(f64_divide(f64_from_f16(difference), by.zw), 11u, 15), 0u);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (SOURCE_TYPE == FP64) {
    if (i >= wide.elements) { return; }
    let result = value(i);
    normalized[2u * i] = result.x;
    normalized[2u * i + 1u] = result.y;
    return;
  }
  if (2u * i >= wide.elements) { return; }
  var word = value(2u * i).x;
  if (2u * i + 1u < wide.elements) { word = word | (value(2u * i + 1u).x << 16u); }
  normalized[i] = word;
}
