// Elements of a block [outer, height, width, inner] picked by row and column, bit for bit. Between gpu-prelude, gpu-elements and
// gpu-words.
struct Nearest {
  elements: u32,
  height: u32,
  width: u32,
  to_height: u32,
  to_width: u32,
  inner: u32,
}

// Source row of each row, then source column of each column.
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<uniform> nearest: Nearest;

fn result_type() -> u32 { return SOURCE_TYPE; }

fn result_elements() -> u32 { return nearest.elements; }

fn result_bits(i: u32) -> vec2<u32> {
  let place = i / nearest.inner;
  let column = indices[nearest.to_height + place % nearest.to_width];
  let rest = place / nearest.to_width;
  let row = indices[rest % nearest.to_height];
  return element_bits((((rest / nearest.to_height) * nearest.height + row) * nearest.width + column) * nearest.inner + i % nearest.inner);
}
