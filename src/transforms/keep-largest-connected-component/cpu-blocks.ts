// Components of full connectivity on 2 × 2 × 2 blocks: all voxels of a block touch each other, so a block is one node, and two blocks are
// joined when each has a voxel on the face, edge or corner that they share (Allegretti, Bolelli, Grana: Optimized Block-Based Algorithms to
// Label Connected Components on GPUs, TPDS 2020). An eighth of the nodes of a union-find on voxels.
import { keptRoots } from "./cpu-largest.ts";

/** Sizes of the three axes; 1 in front for planes and lines. */
export type Grid = readonly [number, number, number];

// Bit 4·di + 2·dj + dk of a block's mask is its voxel (di, dj, dk).
const LOW_I = 0x0f;
const HIGH_I = 0xf0;
const LOW_J = 0x33;
const HIGH_J = 0xcc;
const LOW_K = 0x55;
const HIGH_K = 0xaa;

/** A neighbour block that comes before in C order: its distance and the voxels with which the two touch. */
interface Neighbour {
  readonly di: number;
  readonly dj: number;
  readonly dk: number;
  readonly own: number;
  readonly its: number;
}

const NEIGHBOURS: readonly Neighbour[] = backwardNeighbours();

function backwardNeighbours(): Neighbour[] {
  const result: Neighbour[] = [];
  for (const di of [-1, 0]) {
    for (const dj of [-1, 0, 1]) {
      for (const dk of [-1, 0, 1]) {
        if (di === 0 && (dj > 0 || (dj === 0 && dk >= 0))) continue;
        const own = side(di, LOW_I, HIGH_I) & side(dj, LOW_J, HIGH_J) & side(dk, LOW_K, HIGH_K);
        const its = side(-di, LOW_I, HIGH_I) & side(-dj, LOW_J, HIGH_J) & side(-dk, LOW_K, HIGH_K);
        result.push({ di, dj, dk, own, its });
      }
    }
  }
  // Faces first: after them most of the others are in the same component already.
  return result.sort((a, b) => distance(a) - distance(b));
}

function side(step: number, low: number, high: number): number {
  return step < 0 ? low : step > 0 ? high : 0xff;
}

function distance({ di, dj, dk }: Neighbour): number {
  return Math.abs(di) + Math.abs(dj) + Math.abs(dk);
}

/**
 * The voxels equal to `label` outside the `keep` largest components of 26-connectivity (8 in a plane, 2 in a line), as ascending indices
 * per block. `values` is read from `offset` on, C order.
 */
export function blockComponents(values: Float32Array | Uint8Array, offset: number, label: number, sizes: Grid, keep: number): Int32Array {
  const blocks: Grid = [(sizes[0] + 1) >> 1, (sizes[1] + 1) >> 1, (sizes[2] + 1) >> 1];
  const masks = packBlocks(values, offset, label, sizes, blocks);
  const parents = joinBlocks(masks, blocks);
  const counts = countVoxels(masks, parents);
  const kept = keptRoots(counts, keep, (tied) => firstVoxels(masks, parents, blocks, sizes, tied));
  if (kept === undefined) return new Int32Array(0);
  return voxelsOutside(masks, parents, counts, kept, blocks, sizes);
}

function packBlocks(values: Float32Array | Uint8Array, offset: number, label: number, sizes: Grid, blocks: Grid): Uint8Array {
  const masks = new Uint8Array(blocks[0] * blocks[1] * blocks[2]);
  const even = sizes[2] & ~1;
  let at = offset;
  for (let i = 0; i < sizes[0]; i++) {
    for (let j = 0; j < sizes[1]; j++) {
      let block = ((i >> 1) * blocks[1] + (j >> 1)) * blocks[2];
      const shift = 4 * (i & 1) + 2 * (j & 1);
      for (let k = 0; k < even; k += 2) {
        const pair = (values[at] === label ? 1 : 0) | (values[at + 1] === label ? 2 : 0);
        if (pair !== 0) masks[block] = (masks[block] as number) | (pair << shift);
        block++;
        at += 2;
      }
      if (even < sizes[2]) {
        if (values[at] === label) masks[block] = (masks[block] as number) | (1 << shift);
        at++;
      }
    }
  }
  return masks;
}

/** The root of every block that is not empty; a root is the smallest block index of its component. */
function joinBlocks(masks: Uint8Array, blocks: Grid): Int32Array {
  const [depth, rows, width] = blocks;
  const parents = new Int32Array(masks.length);
  const count = NEIGHBOURS.length;
  const own = Uint8Array.from(NEIGHBOURS, (neighbour) => neighbour.own);
  const its = Uint8Array.from(NEIGHBOURS, (neighbour) => neighbour.its);
  const steps = Int32Array.from(NEIGHBOURS, ({ di, dj, dk }) => (di * rows + dj) * width + dk);
  // What a block at the grid's border lacks, as bits by neighbour.
  const lacks = { i: bitsOf((n) => n.di < 0), j0: bitsOf((n) => n.dj < 0), j1: bitsOf((n) => n.dj > 0), k0: bitsOf((n) => n.dk < 0), k1: bitsOf((n) => n.dk > 0) };
  let at = 0;
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j < rows; j++) {
      const line = (i === 0 ? lacks.i : 0) | (j === 0 ? lacks.j0 : 0) | (j === rows - 1 ? lacks.j1 : 0);
      for (let k = 0; k < width; k++, at++) {
        const mask = masks[at] as number;
        if (mask === 0) continue;
        const missing = line | (k === 0 ? lacks.k0 : 0) | (k === width - 1 ? lacks.k1 : 0);
        let root = at;
        parents[at] = at;
        for (let n = 0; n < count; n++) {
          if ((missing >>> n) & 1 || (mask & (own[n] as number)) === 0) continue;
          const other = at + (steps[n] as number);
          if (((masks[other] as number) & (its[n] as number)) === 0) continue;
          let its_root = parents[other] as number;
          if (its_root === root) continue;
          its_root = find(parents, other);
          if (its_root === root) continue;
          const low = its_root < root ? its_root : root;
          parents[its_root < root ? root : its_root] = low;
          root = low;
        }
        parents[at] = root;
      }
    }
  }
  // Parents come before their children, so one pass makes every parent a root.
  for (let block = 0; block < parents.length; block++) parents[block] = parents[parents[block] as number] as number;
  return parents;
}

function bitsOf(test: (neighbour: Neighbour) => boolean): number {
  return NEIGHBOURS.reduce((bits, neighbour, index) => (test(neighbour) ? bits | (1 << index) : bits), 0);
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

/** Voxels of each component at its root, 0 elsewhere. */
function countVoxels(masks: Uint8Array, parents: Int32Array): Int32Array {
  const bits = Uint8Array.from({ length: 256 }, (_, mask) => mask.toString(2).replaceAll("0", "").length);
  const counts = new Int32Array(masks.length);
  for (let block = 0; block < masks.length; block++) {
    const mask = masks[block] as number;
    if (mask === 0) continue;
    const root = parents[block] as number;
    counts[root] = (counts[root] as number) + (bits[mask] as number);
  }
  return counts;
}

/** Index of the first voxel in C order of each of the components with these roots. */
function firstVoxels(masks: Uint8Array, parents: Int32Array, blocks: Grid, sizes: Grid, roots: ReadonlySet<number>): Map<number, number> {
  const firsts = new Map<number, number>();
  const marked = new Uint8Array(masks.length);
  for (const root of roots) marked[root] = 1;
  for (let block = 0; block < masks.length; block++) {
    const mask = masks[block] as number;
    const root = parents[block] as number;
    if (mask === 0 || marked[root] === 0) continue;
    const bit = 31 - Math.clz32(mask & -mask);
    const voxel = voxelOf(block, bit, blocks, sizes);
    const known = firsts.get(root);
    if (known === undefined || voxel < known) firsts.set(root, voxel);
  }
  return firsts;
}

function voxelOf(block: number, bit: number, [, rows, width]: Grid, sizes: Grid): number {
  const k = block % width;
  const line = (block - k) / width;
  const j = line % rows;
  const i = (line - j) / rows;
  return ((2 * i + (bit >> 2)) * sizes[1] + 2 * j + ((bit >> 1) & 1)) * sizes[2] + 2 * k + (bit & 1);
}

function voxelsOutside(masks: Uint8Array, parents: Int32Array, counts: Int32Array, kept: ReadonlySet<number>, blocks: Grid, sizes: Grid): Int32Array {
  let total = 0;
  for (let root = 0; root < counts.length; root++) total += counts[root] as number;
  for (const root of kept) total -= counts[root] as number;
  const result = new Int32Array(total);
  const stays = new Uint8Array(counts.length);
  for (const root of kept) stays[root] = 1;
  let at = 0;
  for (let block = 0; block < masks.length; block++) {
    let mask = masks[block] as number;
    if (mask === 0 || stays[parents[block] as number] === 1) continue;
    while (mask !== 0) {
      result[at++] = voxelOf(block, 31 - Math.clz32(mask & -mask), blocks, sizes);
      mask &= mask - 1;
    }
  }
  return result;
}
