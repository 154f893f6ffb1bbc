import { type Forest, NODE, type Segments, TASKS, type Tree } from "../forest.ts";
import { type CheckpointWriter, writeCheckpointBytes } from "./checkpoint-bytes.ts";

/** Version that the checkpoints name: the first that reads them without a word. */
const VERSION = [4, 0, 0] as const;

/** The forest as a Treelite checkpoint of version 4: the bytes of a checkpoint.tl. */
export function writeCheckpoint(forest: Forest): Uint8Array<ArrayBuffer> {
  const writer = writeCheckpointBytes();
  for (const part of VERSION) writer.i32(part);
  const type = forest.precision === "float32" ? 2 : 3;
  writer.u8(type);
  writer.u8(type);
  writer.u64(forest.trees.length);
  writer.i32(forest.featureCount);
  writer.u8(TASKS.indexOf(forest.task));
  writer.u8(Number(forest.averageTreeOutput));
  writer.i32(forest.classCounts.length);
  writer.array(forest.classCounts);
  writer.array(Int32Array.from(forest.leafVectorShape));
  writer.array(forest.targetIds);
  writer.array(forest.classIds);
  writer.text(forest.postprocessor);
  writer.f32(forest.sigmoidAlpha);
  writer.f32(forest.ratioC);
  writer.array(forest.baseScores);
  writer.text(forest.attributes);
  writer.i32(0);
  for (const tree of forest.trees) writeTree(writer, tree);
  return writer.bytes();
}

function writeTree(writer: CheckpointWriter, tree: Tree): void {
  const count = tree.nodeType.length;
  writer.i32(count);
  writer.u8(Number(tree.nodeType.includes(NODE.categorical)));
  writer.array(tree.nodeType);
  writer.array(tree.left);
  writer.array(tree.right);
  writer.array(tree.feature);
  writer.array(tree.defaultLeft);
  writer.array(tree.leafValue);
  writer.array(tree.threshold);
  writer.array(tree.comparison);
  writer.array(tree.categoriesGoRight);
  writeSegments(writer, tree.leafVectors, count);
  writeSegments(writer, tree.categories, count);
  for (const { values, present } of [tree.dataCount, tree.sumHessian, tree.gain]) {
    writer.array(values);
    writer.array(present);
  }
  writer.i32(0);
  writer.i32(0);
}

/** Treelite wants the offsets of every node, those without a segment too. */
function writeSegments(writer: CheckpointWriter, { values, begin, end }: Segments<Float32Array | Float64Array | Uint32Array>, count: number): void {
  writer.array(values);
  for (const offsets of [begin, end]) writer.array(BigUint64Array.from({ length: count }, (_, node) => BigInt(offsets[node] ?? 0)));
}
