// LabelToContour of an image of 0 and 1 from its 2 × 2 × 2 blocks: a voxel is contour when it is set and any of its neighbours is not,
// outside the image none is. Erosion goes along one axis after the other, eight voxels at a time. One invocation per block.
// After gpu-prelude.
override RANK: u32;

struct Contour {
  size0: u32,
  size1: u32,
  size2: u32,
}

// Four blocks a word; bit = axis 2 + 2 * axis 1 + 4 * axis 0.
@group(0) @binding(0) var<storage, read> blocks: array<u32>;
@group(0) @binding(1) var<storage, read_write> contour: array<u32>;
@group(0) @binding(2) var<uniform> shape: Contour;

fn block_count() -> vec3<i32> {
  return vec3<i32>(i32((shape.size0 + 1u) / 2u), i32((shape.size1 + 1u) / 2u), i32((shape.size2 + 1u) / 2u));
}

fn block_at(p: vec3<i32>) -> u32 {
  let n = block_count();
  if (any(p < vec3<i32>(0)) || any(p >= n)) { return 0u; }
  let i = u32((p.x * n.y + p.y) * n.z + p.z);
  return (blocks[i >> 2u] >> ((i & 3u) * 8u)) & 0xffu;
}

// The voxels of `own` whose two neighbours along an axis are set; `low` is the mask of the axis' lower voxels, `by` the axis' bit distance.
fn eroded(before: u32, own: u32, after: u32, low: u32, by: u32) -> u32 {
  let high = low << by;
  let inside = ((own & high) >> by) | ((own & low) << by);
  let outside = ((before & high) >> by) | ((after & low) << by);
  return own & inside & outside;
}

fn eroded_line(p: vec3<i32>) -> u32 {
  let own = block_at(p);
  if (RANK < 3u || own == 0u) { return own; }
  return eroded(block_at(p - vec3<i32>(0, 0, 1)), own, block_at(p + vec3<i32>(0, 0, 1)), 0x55u, 1u);
}

fn eroded_plane(p: vec3<i32>) -> u32 {
  let own = eroded_line(p);
  if (RANK < 2u || own == 0u) { return own; }
  return eroded(eroded_line(p - vec3<i32>(0, 1, 0)), own, eroded_line(p + vec3<i32>(0, 1, 0)), 0x33u, 2u);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  let n = vec3<u32>(block_count());
  if (i >= n.x * n.y * n.z) { return; }
  let rest = i / n.z;
  let at = vec3<u32>(rest / n.y, rest % n.y, i % n.z);
  let p = vec3<i32>(at);
  let inner = eroded(eroded_plane(p - vec3<i32>(1, 0, 0)), eroded_plane(p), eroded_plane(p + vec3<i32>(1, 0, 0)), 0x0fu, 4u);
  let border = block_at(p) & ~inner;
  for (var bit = 0u; bit < 8u; bit++) {
    let voxel = at * 2u + vec3<u32>(bit >> 2u, (bit >> 1u) & 1u, bit & 1u);
    if (voxel.x >= shape.size0 || voxel.y >= shape.size1 || voxel.z >= shape.size2) { continue; }
    contour[(voxel.x * shape.size1 + voxel.y) * shape.size2 + voxel.z] = select(0u, 0x3f800000u, ((border >> bit) & 1u) != 0u);
  }
}
