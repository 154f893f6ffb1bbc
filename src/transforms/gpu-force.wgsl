// A deferred ScaleIntensityRange carried out. After gpu-prelude, gpu-scale.
struct Force {
  scale: Scale,
  elements: u32,
}

@group(0) @binding(0) var<storage, read> force_source: array<u32>;
@group(0) @binding(1) var<storage, read_write> force_target: array<u32>;
@group(0) @binding(2) var<uniform> force: Force;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= force.elements) { return; }
  force_target[i] = scaled(force_source[i], force.scale);
}
