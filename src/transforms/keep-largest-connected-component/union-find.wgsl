// Sets as trees of `parents: array<atomic<u32>>`, which the shader that this goes into declares; a root is its own parent, and the least of its
// set. Union is lock-free: parents only ever decrease, nobody waits for anybody.
fn find(start: u32) -> u32 {
  var node = start;
  loop {
    let parent = atomicLoad(&parents[node]);
    if (parent == node) { return node; }
    let above = atomicLoad(&parents[parent]);
    if (above == parent) { return parent; }
    // Halves the path for those that come later; the minimum keeps parents decreasing.
    atomicMin(&parents[node], above);
    node = above;
  }
  return node;
}

fn unite(left: u32, right: u32) {
  var a = left;
  var b = right;
  loop {
    a = find(a);
    b = find(b);
    if (a == b) { return; }
    if (a < b) {
      let swapped = a;
      a = b;
      b = swapped;
    }
    let before = atomicMin(&parents[a], b);
    if (before == a) { return; }
    // Somebody gave a another parent meanwhile, which b now has to join.
    a = before;
  }
}
