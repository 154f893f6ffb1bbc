// Largest connected components by union-find over cells: blocks of 2 × 2 × 2 voxels for 26 neighbours (CELL = 2; all voxels of a block
// and of touching faces, edges and corners of blocks are 26-adjacent, so that labelling blocks is exact), single voxels for 6 and 18.
// Passes: pack, merge, flatten, then per component to keep: find_largest, find_first, choose, mark; at the end write, or, for an image of
// 0 and 1 alone, keep_masks and write_masks.
// After gpu-prelude, gpu-elements, gpu-order, union-find.
override CELL: u32;
// 6, 18 or 26 neighbours.
override NEIGHBOURS: u32;

struct Components {
  size0: u32,
  size1: u32,
  size2: u32,
  // Elements of `source` before the image that is looked at.
  offset: u32,
  // How a voxel is foreground: 0 its value is in `labels`, 1 it is above zero, 2 any of the channels in `labels` equals `one`,
  // 3 its argmax over `channels` is 1, 4 it is neither 0 nor NaN.
  rule: u32,
  labels: u32,
  // Which of the components to keep is looked for now.
  turn: u32,
  one_low: u32,
  one_high: u32,
  channels: u32,
}

@group(0) @binding(1) var<storage, read> labels: array<vec2<u32>>;
// Four cells a word: the foreground bits of each; bit = axis 2 + 2 * axis 1 + 4 * axis 0.
@group(0) @binding(2) var<storage, read_write> masks: array<u32>;
@group(0) @binding(3) var<storage, read_write> parents: array<atomic<u32>>;
// Voxels of the component, at its root.
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;
// Least voxel index of the component, at its root, once it is asked for; KEPT once it is chosen.
@group(0) @binding(5) var<storage, read_write> firsts: array<atomic<u32>>;
// Per turn: the greatest count, and 1 + the greatest first voxel among the components that have it.
@group(0) @binding(6) var<storage, read_write> chosen: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> image: array<u32>;
@group(0) @binding(8) var<uniform> components: Components;

const UNKNOWN = 0xffffffffu;
const KEPT = 0xfffffffeu;

fn cells() -> vec3<u32> {
  return (vec3<u32>(components.size0, components.size1, components.size2) + vec3<u32>(CELL - 1u)) / CELL;
}

fn cell_count() -> u32 {
  let n = cells();
  return n.x * n.y * n.z;
}

fn cell_at(i: u32) -> vec3<u32> {
  let n = cells();
  let rest = i / n.z;
  return vec3<u32>(rest / n.y, rest % n.y, i % n.z);
}

fn mask_of(cell: u32) -> u32 {
  return (masks[cell >> 2u] >> ((cell & 3u) * 8u)) & 0xffu;
}

fn voxel_index(at: vec3<u32>) -> u32 {
  return (at.x * components.size1 + at.y) * components.size2 + at.z;
}

// True for a value other than 0, -0 and NaN.
fn is_nonzero(bits: vec2<u32>) -> bool {
  switch SOURCE_TYPE {
    case FP16: { return (bits.x & 0x7fffu) != 0u && (bits.x & 0x7fffu) <= 0x7c00u; }
    case FP32: { return (bits.x & 0x7fffffffu) != 0u && (bits.x & 0x7fffffffu) <= 0x7f800000u; }
    case FP64: {
      let high = bits.y & 0x7fffffffu;
      return (bits.x | high) != 0u && (high < 0x7ff00000u || (high == 0x7ff00000u && bits.x == 0u));
    }
    default: { return any(bits != vec2<u32>(0u)); }
  }
}

fn is_foreground(voxel: u32) -> bool {
  switch components.rule {
    case 1u: { return is_positive(element_bits(components.offset + voxel)); }
    case 2u: {
      let voxels = components.size0 * components.size1 * components.size2;
      for (var k = 0u; k < components.labels; k++) {
        if (all(element_bits(labels[k].x * voxels + voxel) == vec2<u32>(components.one_low, components.one_high))) { return true; }
      }
      return false;
    }
    case 3u: {
      return argmax_of(voxel, components.size0 * components.size1 * components.size2, components.channels) == 1u;
    }
    case 4u: { return is_nonzero(element_bits(components.offset + voxel)); }
    default: {
      let bits = element_bits(components.offset + voxel);
      for (var k = 0u; k < components.labels; k++) {
        if (all(bits == labels[k])) { return true; }
      }
      return false;
    }
  }
}

@compute @workgroup_size(256)
fn pack(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  let total = cell_count();
  if (word * 4u >= total) { return; }
  let size = vec3<u32>(components.size0, components.size1, components.size2);
  var packed = 0u;
  for (var k = 0u; k < 4u; k++) {
    let cell = word * 4u + k;
    if (cell >= total) { break; }
    let corner = cell_at(cell) * CELL;
    var mask = 0u;
    for (var bit = 0u; bit < CELL * CELL * CELL; bit++) {
      let at = corner + vec3<u32>(bit >> 2u, (bit >> 1u) & 1u, bit & 1u);
      if (all(at < size) && is_foreground(voxel_index(at))) { mask = mask | (1u << bit); }
    }
    packed = packed | (mask << (8u * k));
    atomicStore(&parents[cell], cell);
    atomicStore(&counts[cell], 0u);
    atomicStore(&firsts[cell], UNKNOWN);
  }
  masks[word] = packed;
}

// The bits of a cell that touch a neighbour at an offset of -1, 0 or 1 per axis.
fn face(offset: vec3<i32>) -> u32 {
  if (CELL == 1u) { return 1u; }
  var mask = 0xffu;
  if (offset.x < 0) { mask = mask & 0x0fu; }
  if (offset.x > 0) { mask = mask & 0xf0u; }
  if (offset.y < 0) { mask = mask & 0x33u; }
  if (offset.y > 0) { mask = mask & 0xccu; }
  if (offset.z < 0) { mask = mask & 0x55u; }
  if (offset.z > 0) { mask = mask & 0xaau; }
  return mask;
}

@compute @workgroup_size(256)
fn merge(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let cell = thread_index(id, groups);
  if (cell >= cell_count()) { return; }
  let mask = mask_of(cell);
  if (mask == 0u) { return; }
  let n = vec3<i32>(cells());
  let at = vec3<i32>(cell_at(cell));
  // The 13 neighbours that come before the cell in raster order: offsets 0..12 of the 27.
  for (var k = 0; k < 13; k++) {
    let offset = vec3<i32>(k / 9 - 1, (k / 3) % 3 - 1, k % 3 - 1);
    let apart = abs(offset.x) + abs(offset.y) + abs(offset.z);
    if ((NEIGHBOURS == 6u && apart > 1) || (NEIGHBOURS == 18u && apart > 2)) { continue; }
    let there = at + offset;
    if (any(there < vec3<i32>(0)) || any(there >= n)) { continue; }
    if ((mask & face(offset)) == 0u) { continue; }
    let other = (u32(there.x) * u32(n.y) + u32(there.y)) * u32(n.z) + u32(there.z);
    if ((mask_of(other) & face(-offset)) != 0u) { unite(cell, other); }
  }
}

var<workgroup> common_root: atomic<u32>;
var<workgroup> common_count: atomic<u32>;

// Every cell points at its root; counts are added once per workgroup for the root that most of its cells share.
@compute @workgroup_size(256)
fn flatten(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  if (local.x == 0u) {
    atomicStore(&common_root, UNKNOWN);
    atomicStore(&common_count, 0u);
  }
  workgroupBarrier();
  let cell = thread_index(id, groups);
  var root = UNKNOWN;
  var count = 0u;
  if (cell < cell_count()) {
    let mask = mask_of(cell);
    if (mask != 0u) {
      root = find(cell);
      atomicStore(&parents[cell], root);
      count = countOneBits(mask);
      atomicMin(&common_root, root);
    }
  }
  workgroupBarrier();
  let shared_root = atomicLoad(&common_root);
  if (count != 0u) {
    if (root == shared_root) {
      atomicAdd(&common_count, count);
    } else {
      atomicAdd(&counts[root], count);
    }
  }
  workgroupBarrier();
  if (local.x == 0u && shared_root != UNKNOWN) { atomicAdd(&counts[shared_root], atomicLoad(&common_count)); }
}

var<workgroup> greatest: atomic<u32>;

@compute @workgroup_size(256)
fn find_largest(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  if (local.x == 0u) { atomicStore(&greatest, 0u); }
  workgroupBarrier();
  let cell = thread_index(id, groups);
  if (cell < cell_count()) {
    let count = atomicLoad(&counts[cell]);
    if (count > 0u && atomicLoad(&firsts[cell]) != KEPT) { atomicMax(&greatest, count); }
  }
  workgroupBarrier();
  if (local.x == 0u) {
    let count = atomicLoad(&greatest);
    if (count > 0u) { atomicMax(&chosen[2u * components.turn], count); }
  }
}

// The first voxel in raster order of each component that has the greatest count.
@compute @workgroup_size(256)
fn find_first(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let cell = thread_index(id, groups);
  if (cell >= cell_count()) { return; }
  let mask = mask_of(cell);
  if (mask == 0u) { return; }
  let root = atomicLoad(&parents[cell]);
  if (atomicLoad(&counts[root]) != atomicLoad(&chosen[2u * components.turn])) { return; }
  let known = atomicLoad(&firsts[root]);
  if (known == KEPT) { return; }
  let bit = countTrailingZeros(mask);
  let first = voxel_index(cell_at(cell) * CELL + vec3<u32>(bit >> 2u, (bit >> 1u) & 1u, bit & 1u));
  if (first < known) { atomicMin(&firsts[root], first); }
}

// Components are numbered by their first voxel, and the last of those that tie is kept.
@compute @workgroup_size(256)
fn choose(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let cell = thread_index(id, groups);
  if (cell >= cell_count()) { return; }
  let count = atomicLoad(&counts[cell]);
  if (count == 0u || count != atomicLoad(&chosen[2u * components.turn])) { return; }
  let first = atomicLoad(&firsts[cell]);
  if (first < KEPT) { atomicMax(&chosen[2u * components.turn + 1u], first + 1u); }
}

@compute @workgroup_size(256)
fn mark(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let cell = thread_index(id, groups);
  if (cell >= cell_count()) { return; }
  let first = atomicLoad(&firsts[cell]);
  if (first < KEPT && first + 1u == atomicLoad(&chosen[2u * components.turn + 1u]) && atomicLoad(&counts[cell]) == atomicLoad(&chosen[2u * components.turn])) {
    atomicStore(&firsts[cell], KEPT);
  }
}

fn is_dropped(voxel: u32) -> bool {
  let rest = voxel / components.size2;
  let at = vec3<u32>(rest / components.size1, rest % components.size1, voxel % components.size2);
  let n = cells();
  let block = at / CELL;
  let inside = at % CELL;
  let cell = (block.x * n.y + block.y) * n.z + block.z;
  let bit = inside.x * 4u + inside.y * 2u + inside.z;
  if (((mask_of(cell) >> bit) & 1u) == 0u) { return false; }
  return atomicLoad(&firsts[atomicLoad(&parents[cell])]) != KEPT;
}

// Foreground voxels outside the kept components become 0 in `image`, of the same type as `source`; all others stay. One invocation per
// word that the image at `offset` touches (per element of 8 bytes).
@compute @workgroup_size(256)
fn write(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  let voxels = components.size0 * components.size1 * components.size2;
  let bytes = bytes_of(SOURCE_TYPE);
  if (bytes == 8u) {
    if (i >= voxels || !is_dropped(i)) { return; }
    image[2u * (components.offset + i)] = 0u;
    image[2u * (components.offset + i) + 1u] = 0u;
    return;
  }
  let per = 4u / bytes;
  let word = components.offset / per + i;
  if (word * per >= components.offset + voxels) { return; }
  var kept = 0xffffffffu;
  for (var k = 0u; k < per; k++) {
    let element = word * per + k;
    if (element < components.offset || element >= components.offset + voxels) { continue; }
    if (is_dropped(element - components.offset)) { kept = kept & ~((0xffffffffu >> (32u - 8u * bytes)) << (8u * bytes * k)); }
  }
  if (kept != 0xffffffffu) { image[word] = image[word] & kept; }
}

// Leaves in the masks what is kept. One invocation per word.
@compute @workgroup_size(256)
fn keep_masks(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  let total = cell_count();
  if (word * 4u >= total) { return; }
  var kept = masks[word];
  for (var k = 0u; k < 4u; k++) {
    let cell = word * 4u + k;
    if (cell >= total || ((kept >> (8u * k)) & 0xffu) == 0u) { continue; }
    if (atomicLoad(&firsts[atomicLoad(&parents[cell])]) != KEPT) { kept = kept & ~(0xffu << (8u * k)); }
  }
  masks[word] = kept;
}

// The masks as a float32 image of 0 and 1. One invocation per voxel.
@compute @workgroup_size(256)
fn write_masks(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  if (voxel >= components.size0 * components.size1 * components.size2) { return; }
  let rest = voxel / components.size2;
  let at = vec3<u32>(rest / components.size1, rest % components.size1, voxel % components.size2);
  let n = cells();
  let block = at / CELL;
  let inside = at % CELL;
  let bit = inside.x * 4u + inside.y * 2u + inside.z;
  let mask = mask_of((block.x * n.y + block.y) * n.z + block.z);
  image[voxel] = select(0u, 0x3f800000u, ((mask >> bit) & 1u) != 0u);
}
