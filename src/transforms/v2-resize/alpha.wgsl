// RGBA to colours multiplied by alpha (Pillow's RGBa) and back, a pixel a word. After gpu-prelude.
struct Alpha {
  pixels: u32,
}

@group(0) @binding(0) var<storage, read> colours: array<u32>;
@group(0) @binding(1) var<storage, read_write> changed: array<u32>;
@group(0) @binding(2) var<uniform> alpha: Alpha;

@compute @workgroup_size(256)
fn multiply(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= alpha.pixels) { return; }
  let pixel = colours[i];
  let opacity = pixel >> 24u;
  var result = pixel & 0xff000000u;
  for (var c = 0u; c < 24u; c += 8u) {
    let product = ((pixel >> c) & 0xffu) * opacity + 128u;
    result = result | ((((product >> 8u) + product) >> 8u) << c);
  }
  changed[i] = result;
}

@compute @workgroup_size(256)
fn divide(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= alpha.pixels) { return; }
  let pixel = colours[i];
  let opacity = pixel >> 24u;
  var result = pixel;
  if (opacity != 0u && opacity != 255u) {
    result = pixel & 0xff000000u;
    for (var c = 0u; c < 24u; c += 8u) {
      result = result | (min(((pixel >> c) & 0xffu) * 255u / opacity, 255u) << c);
    }
  }
  changed[i] = result;
}
