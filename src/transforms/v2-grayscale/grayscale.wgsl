// Three channels to a grey one, or three equal ones. After gpu-prelude.
struct Grayscale {
  // Of the result.
  elements: u32,
  // Elements of a plane; of pixels not used.
  plane: u32,
  // Channels of the source and of the result.
  channels: u32,
  copies: u32,
  // Always 0, unknown to the compiler.
  zero: u32,
}

@group(0) @binding(0) var<storage, read> colours: array<u32>;
@group(0) @binding(1) var<storage, read_write> grey: array<u32>;
@group(0) @binding(2) var<uniform> settings: Grayscale;

fn colour_byte(i: u32) -> u32 {
  return (colours[i >> 2u] >> ((i & 3u) * 8u)) & 0xffu;
}

fn grey_byte(i: u32) -> u32 {
  let at = (i / settings.copies) * settings.channels;
  if (settings.channels == 1u) { return colour_byte(at); }
  return (19595u * colour_byte(at) + 38470u * colour_byte(at + 1u) + 7471u * colour_byte(at + 2u) + 0x8000u) >> 16u;
}

// Bytes of pixels in Pillow's fixed point, four to a word.
@compute @workgroup_size(256)
fn pixels(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  if (word * 4u >= settings.elements) { return; }
  var result = 0u;
  for (var k = 0u; k < 4u; k++) {
    if (word * 4u + k < settings.elements) { result = result | (grey_byte(word * 4u + k) << (8u * k)); }
  }
  grey[word] = result;
}

// A product rounded by itself: the compiler cannot contract it with the sum.
fn product(bits: u32, weight: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(bitcast<f32>(bits) * weight) ^ settings.zero);
}

// Planes of float32.
@compute @workgroup_size(256)
fn planes(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = thread_index(id, groups);
  if (i >= settings.elements) { return; }
  let at = (i / settings.plane / settings.copies) * settings.channels * settings.plane + i % settings.plane;
  if (settings.channels == 1u) {
    grey[i] = colours[at];
    return;
  }
  let sum = product(colours[at], 0.2989) + product(colours[at + settings.plane], 0.587);
  grey[i] = bitcast<u32>(sum + product(colours[at + 2u * settings.plane], 0.114));
}
