/**
 * The roots of the `keep` largest components, or undefined when there are no more than that. `counts` holds a component's voxels at its
 * root and 0 elsewhere. Among equal sizes the component whose first voxel comes last wins; `firstVoxels` finds those, and is asked only
 * when a tie decides.
 */
export function keptRoots(
  counts: Int32Array,
  keep: number,
  firstVoxels: (roots: ReadonlySet<number>) => ReadonlyMap<number, number>,
): ReadonlySet<number> | undefined {
  // The `keep` largest sizes, descending; a handful, so each is put in its place.
  const sizes: number[] = [];
  let components = 0;
  for (let root = 0; root < counts.length; root++) {
    const size = counts[root] as number;
    if (size === 0) continue;
    components++;
    if (sizes.length === keep && size <= (sizes[keep - 1] as number)) continue;
    let place = sizes.length;
    while (place > 0 && (sizes[place - 1] as number) < size) place--;
    sizes.splice(place, 0, size);
    if (sizes.length > keep) sizes.pop();
  }
  if (components <= keep) return undefined;
  const smallest = sizes[keep - 1] as number;
  const kept = new Set<number>();
  const tied = new Set<number>();
  for (let root = 0; root < counts.length; root++) {
    const size = counts[root] as number;
    if (size > smallest) kept.add(root);
    else if (size === smallest) tied.add(root);
  }
  const places = keep - kept.size;
  if (tied.size === places) return new Set([...kept, ...tied]);
  const firsts = firstVoxels(tied);
  const last = [...tied].sort((a, b) => (firsts.get(b) ?? 0) - (firsts.get(a) ?? 0));
  return new Set([...kept, ...last.slice(0, places)]);
}
