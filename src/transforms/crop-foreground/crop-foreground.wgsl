// The box of the foreground. `bounds`: grid-stride over the elements, one workgroup reduction, six atomics per workgroup.
// `finish`: one invocation makes the box from the bounds: margin, divisibility, coordinates. Nothing is copied.
// Bounds are 6 words: least index 0..2 (0xffffffff at the start), greatest index + 1 per axis (0 at the start).
// After gpu-elements.
struct Bounds {
  elements: u32,
  size0: u32,
  size1: u32,
  size2: u32,
  // Range of float32 keys that are foreground.
  low: i32,
  high: i32,
  // Bit c: channel c counts. Used up to 32 channels; all count beyond.
  channels: u32,
  rank: u32,
  margin0: i32,
  margin1: i32,
  margin2: i32,
  allow_smaller: u32,
  divisor0: i32,
  divisor1: i32,
  divisor2: i32,
}

@group(0) @binding(1) var<storage, read_write> bounds: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read_write> box: array<i32>;
@group(0) @binding(3) var<storage, read_write> start_coordinates: array<i32>;
@group(0) @binding(4) var<storage, read_write> end_coordinates: array<i32>;
@group(0) @binding(5) var<uniform> crop: Bounds;

var<workgroup> least: array<atomic<u32>, 3>;
var<workgroup> greatest: array<atomic<u32>, 3>;

fn is_foreground(i: u32) -> bool {
  let bits = element_bits(i);
  if (SOURCE_TYPE != FP32) { return is_positive(bits); }
  let value = bitcast<i32>(bits.x);
  if ((value & 0x7fffffff) > 0x7f800000) { return false; }
  let key = value ^ ((value >> 31u) & 0x7fffffff);
  return key >= crop.low && key <= crop.high;
}

@compute @workgroup_size(256)
fn clear_bounds(@builtin(local_invocation_id) local: vec3<u32>) {
  if (local.x < 6u) { atomicStore(&bounds[local.x], select(0u, 0xffffffffu, local.x < 3u)); }
}

@compute @workgroup_size(256)
fn find_bounds(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  if (local.x < 3u) {
    atomicStore(&least[local.x], 0xffffffffu);
    atomicStore(&greatest[local.x], 0u);
  }
  workgroupBarrier();
  var low = vec3<u32>(0xffffffffu);
  var high = vec3<u32>(0u);
  let voxels = crop.size0 * crop.size1 * crop.size2;
  for (var i = id.x; i < crop.elements; i += groups.x * 256u) {
    if (!is_foreground(i)) { continue; }
    let channel = i / voxels;
    if (channel < 32u && ((crop.channels >> channel) & 1u) == 0u) { continue; }
    let v = i % voxels;
    let rest = v / crop.size2;
    let at = vec3<u32>(rest / crop.size1, rest % crop.size1, v % crop.size2);
    low = min(low, at);
    high = max(high, at + vec3<u32>(1u));
  }
  if (high.x != 0u) {
    for (var axis = 0u; axis < 3u; axis++) {
      atomicMin(&least[axis], low[axis]);
      atomicMax(&greatest[axis], high[axis]);
    }
  }
  workgroupBarrier();
  if (local.x < 3u) {
    atomicMin(&bounds[local.x], atomicLoad(&least[local.x]));
    atomicMax(&bounds[3u + local.x], atomicLoad(&greatest[local.x]));
  }
}

@compute @workgroup_size(1)
fn finish_box() {
  let size = vec3<i32>(i32(crop.size0), i32(crop.size1), i32(crop.size2));
  let margin = vec3<i32>(crop.margin0, crop.margin1, crop.margin2);
  let divisor = vec3<i32>(crop.divisor0, crop.divisor1, crop.divisor2);
  let found = atomicLoad(&bounds[3]) != 0u;
  for (var axis = 0u; axis < 3u; axis++) {
    var start = 0;
    var end = 0;
    if (axis >= crop.rank) {
      end = 1;
    } else if (found) {
      start = i32(atomicLoad(&bounds[axis])) - margin[axis];
      end = i32(atomicLoad(&bounds[3u + axis])) + margin[axis];
      if (crop.allow_smaller != 0u) {
        start = max(start, 0);
        end = min(end, size[axis]);
      }
    }
    if (axis < crop.rank && divisor[axis] > 1) {
      let extent = end - start;
      let rounded = ((extent + divisor[axis] - 1) / divisor[axis]) * divisor[axis];
      start = start - (rounded - extent) / 2;
      end = start + rounded;
    }
    box[axis] = start;
    box[4u + axis] = end;
    if (axis < crop.rank) {
      start_coordinates[2u * axis] = start;
      start_coordinates[2u * axis + 1u] = start >> 31u;
      end_coordinates[2u * axis] = end;
      end_coordinates[2u * axis + 1u] = end >> 31u;
    }
  }
}
