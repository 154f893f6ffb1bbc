// Bytes of pixels to planes of float32, each divided by 255. After gpu-prelude, gpu-scale.
struct ToTensor {
  elements: u32,
  channels: u32,
}

@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<storage, read_write> planes: array<f32>;
@group(0) @binding(2) var<uniform> settings: ToTensor;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.elements) { return; }
  let plane = settings.elements / settings.channels;
  let at = (i % plane) * settings.channels + i / plane;
  planes[i] = divide(f32((pixels[at >> 2u] >> ((at & 3u) * 8u)) & 0xffu), 255.0);
}
