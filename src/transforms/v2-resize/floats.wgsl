// float32 made of bytes or float32 as torch interpolates. NaN and infinities never meet WGSL arithmetic, which may take them as absent.
// After gpu-prelude, gpu-elements, taps.

// Whether results are whole numbers, halves going to the even neighbour.
override WHOLE: bool;

struct Sum {
  value: f32,
  // 1 NaN, 2 +inf, 4 -inf among the summands.
  special: u32,
}

fn special_summand(bits: u32, weight: f32) -> u32 {
  if ((bits & 0x7fffffu) != 0u || weight == 0.0) { return 1u; }
  return select(2u, 4u, ((bits >> 31u) != 0u) != (weight < 0.0));
}

fn sum_of(i: u32) -> Sum {
  let run = run_of(i);
  var sum = Sum(0.0, 0u);
  for (var k = 0u; k < run.count; k++) {
    let bits = element_bits(sample_at(run, k)).x;
    let weight = bitcast<f32>(taps[run.weight + k]);
    if (SOURCE_TYPE == UINT8) { sum.value = fma(weight, f32(bits), sum.value); }
    else if ((bits & 0x7f800000u) == 0x7f800000u) { sum.special = sum.special | special_summand(bits, weight); }
    else { sum.value = fma(weight, bitcast<f32>(bits), sum.value); }
  }
  return sum;
}

@compute @workgroup_size(256)
fn to_floats(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= resampling.elements) { return; }
  let sum = sum_of(i);
  switch sum.special {
    case 0u: { resampled[i] = bitcast<u32>(select(sum.value, round(sum.value), WHOLE)); }
    case 2u: { resampled[i] = 0x7f800000u; }
    case 4u: { resampled[i] = 0xff800000u; }
    default: { resampled[i] = 0x7fc00000u; }
  }
}

// Rounded and clamped to bytes, four to a word.
@compute @workgroup_size(256)
fn to_bytes(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  let first = word * 4u;
  if (first >= resampling.elements) { return; }
  var result = 0u;
  for (var k = 0u; k < 4u; k++) {
    if (first + k < resampling.elements) {
      result = result | (u32(clamp(round(sum_of(first + k).value), 0.0, 255.0)) << (8u * k));
    }
  }
  resampled[word] = result;
}
