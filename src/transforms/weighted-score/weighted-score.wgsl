// w * a + (1 - w) * b in float32, each operation rounded as IEEE 754 has it: a compiler may contract a product and a sum, so products pass as bits
// through a zero that it does not know. A weight that is no finite number sets the status word. After gpu-prelude.
struct Score {
  elements: u32,
  // Whether each score has a weight of its own.
  each: u32,
  word: u32,
  // Always 0, unknown to the compiler.
  zero: u32,
}

@group(0) @binding(0) var<storage, read> first: array<u32>;
@group(0) @binding(1) var<storage, read> second: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<u32>;
@group(0) @binding(3) var<storage, read_write> scores: array<u32>;
@group(0) @binding(4) var<storage, read_write> status: array<atomic<u32>>;
@group(0) @binding(5) var<uniform> score: Score;

fn rounded(value: f32) -> f32 { return bitcast<f32>(bitcast<u32>(value) ^ score.zero); }

fn is_finite(bits: u32) -> bool { return (bits & 0x7f800000u) != 0x7f800000u; }

// A product and a sum of which WGSL says nothing where a score is NaN or infinite.
fn special(w: f32, a: u32, rest: f32, b: u32) -> u32 {
  var sign = 0u;
  var infinite = false;
  for (var i = 0u; i < 2u; i++) {
    let bits = select(b, a, i == 0u);
    let factor = select(rest, w, i == 0u);
    if (is_finite(bits)) { continue; }
    if ((bits & 0x7fffffu) != 0u || factor == 0.0) { return 0x7fc00000u; }
    let now = (bits ^ bitcast<u32>(factor)) & 0x80000000u;
    if (infinite && now != sign) { return 0x7fc00000u; }
    sign = now;
    infinite = true;
  }
  return sign | 0x7f800000u;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= score.elements) { return; }
  let bits = weights[select(0u, i, score.each != 0u)];
  if (!is_finite(bits)) {
    atomicStore(&status[score.word], 1u);
    scores[i] = 0x7fc00000u;
    return;
  }
  let w = bitcast<f32>(bits);
  let rest = rounded(1.0 - w);
  if (!is_finite(first[i]) || !is_finite(second[i])) {
    scores[i] = special(w, first[i], rest, second[i]);
    return;
  }
  scores[i] = bitcast<u32>(rounded(w * bitcast<f32>(first[i])) + rounded(rest * bitcast<f32>(second[i])));
}
