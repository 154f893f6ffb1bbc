// A packed forest on rows of features. One invocation walks one row through a group of trees; sums are 64-bit fixed-point integers, so that they
// are the same in every order, and bit for bit the same in every run.
//
// traverse: workgroups of ROWS rows x LANES groups of trees. Where the rows fit, their keys are staged in workgroup memory.
// leaves: the same walk, one invocation per row and tree, which writes the packed node of the leaf.
// finish: one invocation per row turns its sums into outputs.

override WIDE: bool = false;
override STAGED: bool = true;

const ROWS: u32 = 16u;
const LANES: u32 = 16u;
// Words of workgroup memory for keys: 16 KiB, which every device has, less what else is there.
const STAGE: u32 = 4032u;
// No sum yet.
const NONE: u32 = 0xffffffffu;
const MISSING: i32 = -2147483647 - 1;

struct Shape {
  rows: u32,
  features: u32,
  trees: u32,
  groups: u32,
  sums: u32,
  // Of the postprocessor and of what a row gives, see gpu-forest.ts.
  postprocessor: u32,
  kind: u32,
  threshold: f32,
  alpha: f32,
  // Fixed point to f32: a product of two, each of which f32 can hold.
  scale_a: f32,
  scale_b: f32,
  targets: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> features: array<u32>;
@group(0) @binding(2) var<storage, read> nodes: array<u32>;
// Per tree: root, first sum, number of sums, step.
@group(0) @binding(3) var<storage, read> trees: array<vec4<u32>>;
// Low and high word of each value.
@group(0) @binding(4) var<storage, read> leaf_values: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read> categories: array<u32>;
// Low and high word of each sum: [rows, sums].
@group(0) @binding(6) var<storage, read_write> sums: array<atomic<u32>>;
// Per sum its divisor and base score, then the class count of each target.
@group(0) @binding(7) var<storage, read> terms: array<f32>;
@group(0) @binding(8) var<storage, read_write> outputs: array<f32>;
@group(0) @binding(9) var<storage, read_write> leaf_nodes: array<u32>;

var<workgroup> stage: array<i32, STAGE>;

fn key_of(bits: u32) -> i32 {
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return MISSING; }
  if (bits == 0x80000000u) { return 0; }
  let word = bitcast<i32>(bits);
  return word ^ ((word >> 31u) & 0x7fffffff);
}

fn is_listed(list: u32, key: i32) -> bool {
  // Keys of numbers from 0 are their bits; above 2^24 no number is a category.
  if (key < 0 || key > 0x4b800000) { return false; }
  let category = u32(bitcast<f32>(key));
  let head = categories[list];
  if (head < 0x80000000u) {
    let word = category >> 5u;
    return word < head && ((categories[list + 1u + word] >> (category & 31u)) & 1u) == 1u;
  }
  var low = list + 1u;
  let end = low + (head & 0x7fffffffu);
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (categories[middle] < category) { low = middle + 1u; } else { high = middle; }
  }
  return low < end && categories[low] == category;
}

// The packed node of the leaf that a row reaches. `at`: where its features begin, in the stage or in the buffer.
fn walk(root: u32, at: u32) -> u32 {
  var node = root;
  loop {
    var distance: u32;
    var last: u32;
    var word: u32;
    if (WIDE) {
      word = node * 3u;
      distance = nodes[word + 1u];
      last = nodes[word + 2u];
    } else {
      word = node * 2u;
      let second = nodes[word + 1u];
      distance = second >> 16u;
      last = second & 0xffffu;
    }
    if (distance == 0u) { return node; }
    let feature = at + (last >> 3u);
    var key: i32;
    if (STAGED) { key = stage[feature]; } else { key = key_of(features[feature]); }
    let first = nodes[word];
    var near: bool;
    if (key == MISSING) { near = (last & 1u) != 0u; }
    else if ((last & 2u) != 0u) { near = is_listed(first, key); }
    else if ((last & 4u) != 0u) { near = key == bitcast<i32>(first); }
    else { near = key < bitcast<i32>(first); }
    node += select(distance, 1u, near);
  }
  return node;
}

fn leaf_place(node: u32) -> u32 {
  return nodes[node * select(2u, 3u, WIDE)];
}

// Adds to a sum of 64 bits: the carry is whoever's addition wraps the low word.
fn add(sum: u32, value: vec2<u32>) {
  let before = atomicAdd(&sums[sum * 2u], value.x);
  let carry = select(0u, 1u, before + value.x < before);
  let high = value.y + carry;
  if (high != 0u) { atomicAdd(&sums[sum * 2u + 1u], high); }
}

fn group_index(group: vec3<u32>, groups: vec3<u32>) -> u32 {
  return group.x + group.y * groups.x;
}

@compute @workgroup_size(256)
fn traverse(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = group_index(group, groups);
  let blocks = (shape.groups + LANES - 1u) / LANES;
  let base = (index / blocks) * ROWS;
  if (STAGED) {
    let count = min(ROWS, shape.rows - min(base, shape.rows)) * shape.features;
    for (var word = local; word < count; word += 256u) { stage[word] = key_of(features[base * shape.features + word]); }
    workgroupBarrier();
  }
  let in_block = local % ROWS;
  let row = base + in_block;
  let tree_group = (index % blocks) * LANES + local / ROWS;
  if (row >= shape.rows || tree_group >= shape.groups) { return; }
  let at = select(row, in_block, STAGED) * shape.features;
  var total = vec2<u32>(0u, 0u);
  var sum = NONE;
  for (var tree_index = tree_group; tree_index < shape.trees; tree_index += shape.groups) {
    let tree = trees[tree_index];
    let place = leaf_place(walk(tree.x, at));
    if (tree.z == 1u) {
      // Trees of one sum follow each other; they are added up here first.
      if (sum != tree.y) {
        if (sum != NONE) { add(row * shape.sums + sum, total); }
        sum = tree.y;
        total = vec2<u32>(0u, 0u);
      }
      let value = leaf_values[place];
      let low = total.x + value.x;
      total = vec2<u32>(low, total.y + value.y + select(0u, 1u, low < total.x));
    } else {
      for (var part = 0u; part < tree.z; part++) { add(row * shape.sums + tree.y + part * tree.w, leaf_values[place + part]); }
    }
  }
  if (sum != NONE) { add(row * shape.sums + sum, total); }
}

@compute @workgroup_size(256)
fn leaves(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = group_index(group, groups) * 256u + local;
  if (index >= shape.rows * shape.trees) { return; }
  leaf_nodes[index] = walk(trees[index % shape.trees].x, (index / shape.trees) * shape.features);
}

// exp to about one unit in the last place: WGSL's own may be 3 + 2|x| units off.
fn exp_precise(value: f32) -> f32 {
  let x = clamp(value, -87.0, 88.72283);
  let n = round(x * 1.44269504);
  // ln 2 in two parts, the first with few bits, so that n times it is exact.
  let r = (x - n * 0.693359375) - n * -2.12194440e-4;
  let p = 1.0 + r * (1.0 + r * (0.50000001201 + r * (0.16666665459 + r * (0.041665795894 + r * (0.0083334519073 + r * (0.0013981999507 + r * 0.00019875691500))))));
  // Two factors: 2^128 is none of f32's.
  let half = i32(n) / 2;
  return p * power_of_two(half) * power_of_two(i32(n) - half);
}

fn power_of_two(exponent: i32) -> f32 {
  return bitcast<f32>(u32(exponent + 127) << 23u);
}

fn margin(row: u32, sum: u32) -> f32 {
  let at = (row * shape.sums + sum) * 2u;
  var low = atomicLoad(&sums[at]);
  var high = atomicLoad(&sums[at + 1u]);
  let negative = (high & 0x80000000u) != 0u;
  if (negative) {
    low = ~low + 1u;
    high = ~high + select(0u, 1u, low == 0u);
  }
  let size = (f32(high) * 4294967296.0 + f32(low)) * shape.scale_a * shape.scale_b;
  return select(size, -size, negative) / terms[sum * 2u] + terms[sum * 2u + 1u];
}

fn postprocessed(value: f32) -> f32 {
  switch (shape.postprocessor) {
    case 1u: { return abs(value) * value; }
    case 2u: { return select(0.0, 1.0, value > 0.0); }
    case 3u, 9u: { return 1.0 / (1.0 + exp_precise(-shape.alpha * value)); }
    case 4u: { return exp_precise(value); }
    case 5u: { return exp_precise(-value / shape.alpha * 0.693147181); }
    case 6u: { return max(value, 0.0) + log(1.0 + exp_precise(-abs(value))); }
    default: { return value; }
  }
}

@compute @workgroup_size(256)
fn finish(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = group_index(group, groups) * 256u + local;
  if (row >= shape.rows) { return; }
  if (shape.kind == 1u) {
    var best = 0u;
    if (shape.sums == 1u) { best = select(0u, 1u, postprocessed(margin(row, 0u)) > shape.threshold); }
    else {
      var most = margin(row, 0u);
      for (var sum = 1u; sum < shape.sums; sum++) {
        let value = margin(row, sum);
        if (value > most) {
          most = value;
          best = sum;
        }
      }
    }
    outputs[row] = f32(best);
    return;
  }
  if (shape.kind == 2u) {
    let value = postprocessed(margin(row, 0u));
    outputs[row * 2u] = 1.0 - value;
    outputs[row * 2u + 1u] = value;
    return;
  }
  let width = shape.sums / shape.targets;
  for (var target_index = 0u; target_index < shape.targets; target_index++) {
    let start = target_index * width;
    if (shape.postprocessor != 8u) {
      for (var sum = start; sum < start + width; sum++) { outputs[row * shape.sums + sum] = postprocessed(margin(row, sum)); }
      continue;
    }
    let classes = u32(terms[shape.sums * 2u + target_index]);
    var most = margin(row, start);
    for (var sum = start + 1u; sum < start + classes; sum++) { most = max(most, margin(row, sum)); }
    var total = 0.0;
    for (var sum = start; sum < start + classes; sum++) { total += exp_precise(margin(row, sum) - most); }
    for (var sum = start; sum < start + width; sum++) {
      let value = margin(row, sum);
      outputs[row * shape.sums + sum] = select(value, exp_precise(value - most) / total, sum - start < classes);
    }
  }
}
