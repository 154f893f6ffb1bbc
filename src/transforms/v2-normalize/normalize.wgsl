// (x - mean) / std by channel in float32, each operation rounded as IEEE 754 has it. NaN and infinities never meet WGSL arithmetic. After
// gpu-prelude, gpu-scale.
struct Normalize {
  elements: u32,
  // Elements of a plane.
  plane: u32,
  channels: u32,
  // Whether the source has one channel for all.
  spread: u32,
}

@group(0) @binding(0) var<storage, read> given: array<u32>;
// Mean and std of each channel.
@group(0) @binding(1) var<storage, read> statistics: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read_write> normalized: array<u32>;
@group(0) @binding(3) var<uniform> settings: Normalize;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.elements) { return; }
  let plane = i / settings.plane;
  let at = select(i, (plane / settings.channels) * settings.plane + i % settings.plane, settings.spread != 0u);
  let bits = given[at];
  let by = statistics[plane % settings.channels];
  if ((bits & 0x7f800000u) != 0x7f800000u) { normalized[i] = bitcast<u32>(divide(bitcast<f32>(bits) - by.x, by.y)); }
  else if ((bits & 0x7fffffu) != 0u) { normalized[i] = bits; }
  else { normalized[i] = bits ^ (bitcast<u32>(by.y) & 0x80000000u); }
}
