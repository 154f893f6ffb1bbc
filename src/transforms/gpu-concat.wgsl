// The bytes of one item written into a stack at a byte offset that need not be a multiple of 4. One invocation per word of the target that
// the item touches; bytes of neighbours in the first and last word stay. After gpu-prelude.
struct Concat {
  bytes: u32,
  offset: u32,
}

@group(0) @binding(0) var<storage, read> item: array<u32>;
@group(0) @binding(1) var<storage, read_write> stack: array<u32>;
@group(0) @binding(2) var<uniform> concat: Concat;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = concat.offset / 4u + thread_index(id, groups);
  if (word * 4u >= concat.offset + concat.bytes) { return; }
  var result = stack[word];
  for (var k = 0u; k < 4u; k++) {
    let position = word * 4u + k;
    if (position < concat.offset || position >= concat.offset + concat.bytes) { continue; }
    let at = position - concat.offset;
    let byte = (item[at >> 2u] >> ((at & 3u) * 8u)) & 0xffu;
    result = (result & ~(0xffu << (8u * k))) | (byte << (8u * k));
  }
  stack[word] = result;
}
