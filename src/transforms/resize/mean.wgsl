// Area to a single voxel: the mean of the whole window, summed in binary64, one workgroup per channel.
// After gpu-prelude, gpu-scale, gpu-float64, resize.
var<workgroup> partial_sums: array<vec2<u32>, 256>;

@compute @workgroup_size(256)
fn mean(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let channel = group.x + group.y * groups.x;
  let size = window_size();
  let count = size.x * size.y * size.z;
  var sum = vec2<u32>(0u);
  if (channel < resize.elements) {
    for (var i = local.x; i < count; i += 256u) {
      let rest = i / size.z;
      sum = f64_add(sum, f64_from_f32(tap_bits(channel, vec3<u32>(rest / size.y, rest % size.y, i % size.z))));
    }
  }
  partial_sums[local.x] = sum;
  for (var half = 128u; half > 0u; half = half / 2u) {
    workgroupBarrier();
    if (local.x < half) { partial_sums[local.x] = f64_add(partial_sums[local.x], partial_sums[local.x + half]); }
  }
  if (local.x != 0u || channel >= resize.elements) { return; }
  // An empty window gives 0, as the other entry points do.
  var result = 0u;
  if (count != 0u) { result = f32_from_f64(f64_divide(partial_sums[0], f64_from_i32(i32(count)))); }
  resized[channel] = result;
}
