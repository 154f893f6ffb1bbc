// Boxes, resize factors and affines that depend on the data, computed by one invocation each so that nothing has to be read back.
// A box is 8 words: start 0..2, 0, end 0..2, 0 (end exclusive; may leave the image). Unused trailing axes are 0..1.
// A geometry is 12 words: start 0..2, 0, size 0..2, 0, float32 bits of size / target size 0..2, 0.
// After gpu-float64.
struct Plan {
  size0: u32,
  size1: u32,
  size2: u32,
  rank: u32,
  target0: u32,
  target1: u32,
  target2: u32,
  status_word: u32,
}

@group(0) @binding(0) var<storage, read> box: array<i32>;
@group(0) @binding(1) var<storage, read_write> geometry: array<u32>;
@group(0) @binding(2) var<storage, read> affine_source: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read_write> affine_target: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read_write> status: array<atomic<u32>>;
@group(0) @binding(5) var<uniform> plan: Plan;

// size / target size of integers: binary64 first, then binary32, which is the correctly rounded quotient (53 >= 2 * 24 + 2).
fn factor(size: u32, to: u32) -> u32 {
  return f32_from_f64(f64_divide(f64_from_i32(i32(size)), f64_from_i32(i32(to))));
}

fn store_geometry(start: vec3<i32>, size: vec3<u32>) {
  for (var axis = 0u; axis < 3u; axis++) {
    geometry[axis] = bitcast<u32>(start[axis]);
    geometry[4u + axis] = size[axis];
  }
  geometry[8] = factor(size.x, plan.target0);
  geometry[9] = factor(size.y, plan.target1);
  geometry[10] = factor(size.z, plan.target2);
}

@compute @workgroup_size(1)
fn whole() {
  store_geometry(vec3<i32>(0), vec3<u32>(plan.size0, plan.size1, plan.size2));
}

// Of a window; an empty one sets the status word, and the kernels after it write zeros.
@compute @workgroup_size(1)
fn window() {
  let start = vec3<i32>(box[0], box[1], box[2]);
  let size = vec3<u32>(max(vec3<i32>(box[4], box[5], box[6]) - start, vec3<i32>(0)));
  if (size.x == 0u || size.y == 0u || size.z == 0u) { atomicStore(&status[plan.status_word], 1u); }
  store_geometry(start, size);
}

// A' = A * T(start): the translation column is A * (start, 1), summed from the left. A sum begins with 0, so that
// no -0 is left, as in a product of matrices.
@compute @workgroup_size(1)
fn crop_affine() {
  for (var row = 0u; row < 4u; row++) {
    var sum = vec2<u32>(0u);
    for (var axis = 0u; axis < 3u; axis++) {
      let entry = affine_source[4u * row + axis];
      affine_target[4u * row + axis] = f64_add(vec2<u32>(0u), entry);
      if (axis < plan.rank) { sum = f64_add(sum, f64_multiply(entry, f64_from_i32(box[axis]))); }
    }
    affine_target[4u * row + 3u] = f64_add(sum, affine_source[4u * row + 3u]);
  }
}

// A' = A * S with S = diag(s), translation (s - 1) / 2, s = size / target size: voxel extents stay aligned.
@compute @workgroup_size(1)
fn resize_affine() {
  var to = vec3<u32>(plan.target0, plan.target1, plan.target2);
  for (var row = 0u; row < 4u; row++) {
    var sum = vec2<u32>(0u);
    for (var axis = 0u; axis < 3u; axis++) {
      let entry = affine_source[4u * row + axis];
      if (axis >= plan.rank) {
        affine_target[4u * row + axis] = f64_add(vec2<u32>(0u), entry);
        continue;
      }
      let s = f64_divide(f64_from_i32(i32(geometry[4u + axis])), f64_from_i32(i32(to[axis])));
      let shift = f64_divide(f64_subtract(s, f64_from_i32(1)), f64_from_i32(2));
      affine_target[4u * row + axis] = f64_add(vec2<u32>(0u), f64_multiply(entry, s));
      sum = f64_add(sum, f64_multiply(entry, shift));
    }
    affine_target[4u * row + 3u] = f64_add(sum, affine_source[4u * row + 3u]);
  }
}
