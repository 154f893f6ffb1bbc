// The channel of each voxel's greatest value, as float32. One invocation per voxel. After gpu-prelude, gpu-elements, gpu-order.
struct Argmax {
  voxels: u32,
  channels: u32,
}

@group(0) @binding(1) var<storage, read_write> greatest_channel: array<u32>;
@group(0) @binding(2) var<uniform> settings: Argmax;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let voxel = thread_index(id, groups);
  if (voxel >= settings.voxels) { return; }
  greatest_channel[voxel] = bitcast<u32>(f32(argmax_of(voxel, settings.voxels, settings.channels)));
}
