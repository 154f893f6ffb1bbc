// Components of 6- and 18-connectivity (4 in a plane), voxel by voxel.
import type { Grid } from "./cpu-blocks.ts";
import { keptRoots } from "./cpu-largest.ts";

/**
 * The voxels equal to `label` outside the `keep` largest components, ascending. Neighbours differ in at most `connectivity` axes, by one.
 * `values` is read from `offset` on, C order.
 */
export function voxelComponents(
  values: Float32Array | Uint8Array,
  offset: number,
  label: number,
  sizes: Grid,
  connectivity: number,
  keep: number,
): Int32Array {
  const parents = joinVoxels(values, offset, label, sizes, connectivity);
  const counts = new Int32Array(parents.length);
  for (let voxel = 0; voxel < parents.length; voxel++) {
    const parent = parents[voxel] as number;
    if (parent < 0) continue;
    const root = parents[parent] as number;
    parents[voxel] = root;
    counts[root] = (counts[root] as number) + 1;
  }
  // A root is its component's first voxel.
  const kept = keptRoots(counts, keep, (tied) => new Map([...tied].map((root) => [root, root])));
  if (kept === undefined) return new Int32Array(0);
  const stays = new Uint8Array(counts.length);
  let total = 0;
  for (const root of kept) stays[root] = 1;
  for (let root = 0; root < counts.length; root++) if (stays[root] === 0) total += counts[root] as number;
  const result = new Int32Array(total);
  let at = 0;
  for (let voxel = 0; voxel < parents.length; voxel++) {
    const root = parents[voxel] as number;
    if (root >= 0 && stays[root] === 0) result[at++] = voxel;
  }
  return result;
}

/** A voxel's parent comes before it or is itself; -1 for voxels that are not the label. */
function joinVoxels(values: Float32Array | Uint8Array, offset: number, label: number, sizes: Grid, connectivity: number): Int32Array {
  const [depth, rows, width] = sizes;
  const parents = new Int32Array(depth * rows * width).fill(-1);
  const steps = backwardSteps(connectivity);
  let at = 0;
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j < rows; j++) {
      for (let k = 0; k < width; k++, at++) {
        if (values[offset + at] !== label) continue;
        let root = at;
        parents[at] = at;
        for (let n = 0; n < steps.length; n += 3) {
          const a = i + (steps[n] as number);
          const b = j + (steps[n + 1] as number);
          const c = k + (steps[n + 2] as number);
          if (a < 0 || b < 0 || b >= rows || c < 0 || c >= width) continue;
          const other = (a * rows + b) * width + c;
          if ((parents[other] as number) < 0 || parents[other] === root) continue;
          const found = find(parents, other);
          if (found === root) continue;
          const low = Math.min(found, root);
          parents[Math.max(found, root)] = low;
          root = low;
        }
        parents[at] = root;
      }
    }
  }
  return parents;
}

function backwardSteps(connectivity: number): Int32Array {
  const steps: number[] = [];
  for (const i of [-1, 0]) {
    for (const j of [-1, 0, 1]) {
      for (const k of [-1, 0, 1]) {
        if (i === 0 && (j > 0 || (j === 0 && k >= 0))) continue;
        if (Math.abs(i) + Math.abs(j) + Math.abs(k) <= connectivity) steps.push(i, j, k);
      }
    }
  }
  return Int32Array.from(steps);
}

function find(parents: Int32Array, start: number): number {
  let node = start;
  let parent = parents[node] as number;
  while (parent !== node) {
    const next = parents[parent] as number;
    parents[node] = next;
    node = parent;
    parent = next;
  }
  return node;
}
