// The entry point of kernels that make an array element by element: one invocation makes one word of the result, or one 8-byte element, so that
// no two write the same word. After gpu-prelude, gpu-elements. The kernel itself has
//   result_type(): the type code of the result,  result_elements(): how many there are,  result_bits(i): the bits of one, zero-extended or not.
@group(0) @binding(1) var<storage, read_write> result_words: array<u32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = thread_index(id, groups);
  let bytes = bytes_of(result_type());
  if (bytes == 8u) {
    if (word >= result_elements()) { return; }
    let value = result_bits(word);
    result_words[2u * word] = value.x;
    result_words[2u * word + 1u] = value.y;
    return;
  }
  let per = 4u / bytes;
  let first = word * per;
  if (first >= result_elements()) { return; }
  let mask = 0xffffffffu >> (32u - 8u * bytes);
  var result = 0u;
  for (var k = 0u; k < per; k++) {
    if (first + k < result_elements()) { result = result | ((result_bits(first + k).x & mask) << (8u * bytes * k)); }
  }
  result_words[word] = result;
}
