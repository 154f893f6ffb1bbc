// Elements of a block [outer, height, width, inner] picked by row and column, bit for bit. One invocation makes one word of the result (two
// for 8-byte types). After gpu-prelude, gpu-elements.
struct Nearest {
  elements: u32,
  height: u32,
  width: u32,
  to_height: u32,
  to_width: u32,
  inner: u32,
}

// Source row of each row, then source column of each column.
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> picked: array<u32>;
@group(0) @binding(3) var<uniform> nearest: Nearest;

fn picked_bits(i: u32) -> vec2<u32> {
  let place = i / nearest.inner;
  let column = indices[nearest.to_height + place % nearest.to_width];
  let rest = place / nearest.to_width;
  let row = indices[rest % nearest.to_height];
  return element_bits((((rest / nearest.to_height) * nearest.height + row) * nearest.width + column) * nearest.inner + i % nearest.inner);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  let bytes = bytes_of(SOURCE_TYPE);
  if (bytes == 8u) {
    if (word >= nearest.elements) { return; }
    let value = picked_bits(word);
    picked[2u * word] = value.x;
    picked[2u * word + 1u] = value.y;
    return;
  }
  let per = 4u / bytes;
  let first = word * per;
  if (first >= nearest.elements) { return; }
  var result = 0u;
  for (var k = 0u; k < per; k++) {
    if (first + k < nearest.elements) { result = result | (picked_bits(first + k).x << (8u * bytes * k)); }
  }
  picked[word] = result;
}
