// LabelToContour of float32 images: clamp(26 v - sum of the 26 neighbours, 0, 1), zeros outside; 8 neighbours in two dimensions (one slice,
// RANK 2), 2 in one. One invocation per voxel. Summed in raster order, the centre in its place, as a convolution does.
// After gpu-prelude.
override RANK: u32;

struct Contour {
  elements: u32,
  size0: u32,
  size1: u32,
  size2: u32,
}

@group(0) @binding(0) var<storage, read> labels: array<u32>;
@group(0) @binding(1) var<storage, read_write> contour: array<u32>;
@group(0) @binding(2) var<uniform> shape: Contour;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= shape.elements) { return; }
  let n = vec3<i32>(i32(shape.size0), i32(shape.size1), i32(shape.size2));
  let rest = i / shape.size2;
  let at = vec3<i32>(i32((rest / shape.size1) % shape.size0), i32(rest % shape.size1), i32(i % shape.size2));
  // Trailing axes that the image does not have are 1 wide: nothing lies there.
  let reach = select(vec3<i32>(1, 1, 1), vec3<i32>(1, select(0, 1, RANK >= 2u), 0), RANK < 3u);
  let centre_weight = select(select(26.0, 8.0, RANK == 2u), 2.0, RANK == 1u);
  var sum = 0.0;
  var special = false;
  for (var a = -reach.x; a <= reach.x; a++) {
    for (var b = -reach.y; b <= reach.y; b++) {
      for (var c = -reach.z; c <= reach.z; c++) {
        let there = at + vec3<i32>(a, b, c);
        if (any(there < vec3<i32>(0)) || any(there >= n)) { continue; }
        let bits = labels[u32(i32(i) + (a * n.y + b) * n.z + c)];
        special = special || (bits & 0x7f800000u) == 0x7f800000u;
        let weight = select(-1.0, centre_weight, a == 0 && b == 0 && c == 0);
        sum = sum + weight * bitcast<f32>(bits);
      }
    }
  }
  var result = bitcast<u32>(clamp(sum, 0.0, 1.0));
  // WGSL may take NaN and infinities as absent: such a neighbourhood is summed by its kinds.
  if (special) { result = special_sum(at, n, i, reach); }
  contour[i] = result;
}

fn special_sum(at: vec3<i32>, n: vec3<i32>, i: u32, reach: vec3<i32>) -> u32 {
  var up = false;
  var down = false;
  for (var a = -reach.x; a <= reach.x; a++) {
    for (var b = -reach.y; b <= reach.y; b++) {
      for (var c = -reach.z; c <= reach.z; c++) {
        let there = at + vec3<i32>(a, b, c);
        if (any(there < vec3<i32>(0)) || any(there >= n)) { continue; }
        let bits = labels[u32(i32(i) + (a * n.y + b) * n.z + c)];
        if ((bits & 0x7f800000u) != 0x7f800000u) { continue; }
        if ((bits & 0x7fffffu) != 0u) { return 0x7fc00000u; }
        let centre = a == 0 && b == 0 && c == 0;
        let rises = ((bits >> 31u) == 0u) == centre;
        up = up || rises;
        down = down || !rises;
      }
    }
  }
  if (up && down) { return 0x7fc00000u; }
  return select(0u, 0x3f800000u, up);
}
