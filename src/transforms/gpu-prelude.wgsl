// Where an invocation stands in a launch that may go on in y past 65,535 workgroups of 256.
fn thread_index(id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return id.x + id.y * groups.x * 256u;
}
