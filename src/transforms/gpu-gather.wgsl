// Elements moved without being looked at: one axis moved to the front, or the box of a window cut out. Between gpu-prelude,
// gpu-elements and gpu-words.
struct Gather {
  elements: u32,
  // Of the target, outermost first; unused leading ones are 1.
  size0: u32,
  size1: u32,
  size2: u32,
  size3: u32,
  // Elements of the source between neighbours along each axis of the target.
  stride0: u32,
  stride1: u32,
  stride2: u32,
  stride3: u32,
  // The window's start along the three inner axes, and the source's extent there; outside it the fill is taken.
  start1: i32,
  start2: i32,
  start3: i32,
  extent1: i32,
  extent2: i32,
  extent3: i32,
  fill_low: u32,
  fill_high: u32,
}

@group(0) @binding(2) var<uniform> gather: Gather;

fn result_type() -> u32 { return SOURCE_TYPE; }

fn result_elements() -> u32 { return gather.elements; }

fn result_bits(i: u32) -> vec2<u32> {
  let a3 = i32(i % gather.size3) + gather.start3;
  let rest = i / gather.size3;
  let a2 = i32(rest % gather.size2) + gather.start2;
  let outer = rest / gather.size2;
  let a1 = i32(outer % gather.size1) + gather.start1;
  let a0 = outer / gather.size1;
  if (a1 < 0 || a2 < 0 || a3 < 0 || a1 >= gather.extent1 || a2 >= gather.extent2 || a3 >= gather.extent3) {
    return vec2<u32>(gather.fill_low, gather.fill_high);
  }
  return element_bits(a0 * gather.stride0 + u32(a1) * gather.stride1 + u32(a2) * gather.stride2 + u32(a3) * gather.stride3);
}
