// Largest connected components of every label of an image at once, whatever labels there are: union-find over voxels that joins neighbours of
// the same label. Labels are whole numbers below LABELS, 0 is background. A component is known by its root, its first voxel in C order.
// Passes: read_labels, join, count, then per component to keep: find_greatest, find_last, keep; at the end erase.
// After gpu-prelude, gpu-float64, gpu-elements, union-find.
const LABELS = 65536u;
// In place of the number of voxels of a component that is kept.
const KEPT = 0xffffffffu;

// 6, 18 or 26 neighbours.
override NEIGHBOURS: u32;

struct LabelImage {
  size0: u32,
  size1: u32,
  size2: u32,
  // The status word that is set where a value is no label.
  word: u32,
}

@group(0) @binding(1) var<storage, read_write> labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> parents: array<atomic<u32>>;
// Voxels of the component, at its root.
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;
// Per label: the greatest count, and 1 + the last root among the components that have it.
@group(0) @binding(4) var<storage, read_write> best: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> image: array<u32>;
@group(0) @binding(6) var<storage, read_write> status: array<atomic<u32>>;
@group(0) @binding(7) var<uniform> settings: LabelImage;

fn voxel_count() -> u32 {
  return settings.size0 * settings.size1 * settings.size2;
}

// The element as a whole number; LABELS where it is none, or too large.
fn label_of(bits: vec2<u32>) -> u32 {
  var whole = vec2<u32>(0u);
  if (is_float(SOURCE_TYPE)) {
    var value = bits;
    if (SOURCE_TYPE == FP16) { value = f64_from_f16(bits.x); }
    if (SOURCE_TYPE == FP32) { value = f64_from_f32(bits.x); }
    whole = i64_from_f64(value);
    // -0 is 0.
    let same = all(f64_from_i64(whole) == value) || (u64_is_zero(whole) && u64_is_zero(vec2<u32>(value.x, value.y & 0x7fffffffu)));
    if (!same) { return LABELS; }
  } else {
    whole = integer_of(bits);
  }
  return select(LABELS, whole.x, whole.y == 0u && whole.x < LABELS);
}

@compute @workgroup_size(256)
fn read_labels(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  if (voxel >= voxel_count()) { return; }
  var label = label_of(element_bits(voxel));
  if (label == LABELS) {
    atomicStore(&status[settings.word], 1u);
    label = 0u;
  }
  labels[voxel] = label;
  atomicStore(&parents[voxel], voxel);
  atomicStore(&counts[voxel], 0u);
}

@compute @workgroup_size(256)
fn join(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  if (voxel >= voxel_count()) { return; }
  let label = labels[voxel];
  if (label == 0u) { return; }
  let n = vec3<i32>(i32(settings.size0), i32(settings.size1), i32(settings.size2));
  let rest = voxel / settings.size2;
  let at = vec3<i32>(i32(rest / settings.size1), i32(rest % settings.size1), i32(voxel % settings.size2));
  // The 13 neighbours that come before the voxel in C order: offsets 0..12 of the 27.
  for (var k = 0; k < 13; k++) {
    let offset = vec3<i32>(k / 9 - 1, (k / 3) % 3 - 1, k % 3 - 1);
    let apart = abs(offset.x) + abs(offset.y) + abs(offset.z);
    if ((NEIGHBOURS == 6u && apart > 1) || (NEIGHBOURS == 18u && apart > 2)) { continue; }
    let there = at + offset;
    if (any(there < vec3<i32>(0)) || any(there >= n)) { continue; }
    let other = u32((there.x * n.y + there.y) * n.z + there.z);
    if (labels[other] == label) { unite(voxel, other); }
  }
}

var<workgroup> common_root: atomic<u32>;
var<workgroup> common_count: atomic<u32>;

// Every voxel points at its root; the root that comes first among those of a workgroup is counted once for all of it.
@compute @workgroup_size(256)
fn count(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  if (local.x == 0u) {
    atomicStore(&common_root, KEPT);
    atomicStore(&common_count, 0u);
  }
  workgroupBarrier();
  let voxel = thread_index(id, groups);
  var root = KEPT;
  if (voxel < voxel_count() && labels[voxel] != 0u) {
    root = find(voxel);
    atomicStore(&parents[voxel], root);
    atomicMin(&common_root, root);
  }
  workgroupBarrier();
  let shared_root = atomicLoad(&common_root);
  if (root != KEPT) {
    if (root == shared_root) {
      atomicAdd(&common_count, 1u);
    } else {
      atomicAdd(&counts[root], 1u);
    }
  }
  workgroupBarrier();
  if (local.x == 0u && shared_root != KEPT) { atomicAdd(&counts[shared_root], atomicLoad(&common_count)); }
}

// The count of the component whose root this is; 0 for any other voxel, and where it is kept already.
fn open_count(voxel: u32) -> u32 {
  if (voxel >= voxel_count()) { return 0u; }
  let count = atomicLoad(&counts[voxel]);
  return select(count, 0u, count == KEPT);
}

@compute @workgroup_size(256)
fn find_greatest(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  let count = open_count(voxel);
  if (count == 0u) { return; }
  let slot = 2u * labels[voxel];
  if (atomicLoad(&best[slot]) < count) { atomicMax(&best[slot], count); }
}

// Components are numbered by their first voxel, and the last of those that tie is kept.
@compute @workgroup_size(256)
fn find_last(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  let count = open_count(voxel);
  if (count == 0u) { return; }
  let slot = 2u * labels[voxel];
  if (count == atomicLoad(&best[slot])) { atomicMax(&best[slot + 1u], voxel + 1u); }
}

@compute @workgroup_size(256)
fn keep(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  if (open_count(voxel) == 0u) { return; }
  if (atomicLoad(&best[2u * labels[voxel] + 1u]) == voxel + 1u) { atomicStore(&counts[voxel], KEPT); }
}

fn is_dropped(voxel: u32) -> bool {
  return labels[voxel] != 0u && atomicLoad(&counts[atomicLoad(&parents[voxel])]) != KEPT;
}

// Voxels of components that are not kept become 0 in `image`, of the same type as `source`. One invocation per word (per element of 8 bytes).
@compute @workgroup_size(256)
fn erase(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  let voxels = voxel_count();
  let bytes = bytes_of(SOURCE_TYPE);
  if (bytes == 8u) {
    if (i >= voxels || !is_dropped(i)) { return; }
    image[2u * i] = 0u;
    image[2u * i + 1u] = 0u;
    return;
  }
  let per = 4u / bytes;
  if (i * per >= voxels) { return; }
  var kept = 0xffffffffu;
  for (var k = 0u; k < per; k++) {
    let voxel = i * per + k;
    if (voxel < voxels && is_dropped(voxel)) { kept = kept & ~((0xffffffffu >> (32u - 8u * bytes)) << (8u * bytes * k)); }
  }
  if (kept != 0xffffffffu) { image[i] = image[i] & kept; }
}
