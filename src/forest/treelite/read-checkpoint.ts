import { checkForest } from "../check.ts";
import { type Forest, POSTPROCESSORS, type Segments, type Statistic, TASKS, type Tree } from "../forest.ts";
import { invalidForest, truncatedForest, unsupportedForest } from "../forest-error.ts";
import { type CheckpointReader, readCheckpointBytes } from "./checkpoint-bytes.ts";

/** Major version of the checkpoints that are read and written here. */
const MAJOR_VERSION = 4;
/** Beyond this a part of a version is taken for the beginning of another file. */
const MOST_VERSION = 9999;
/** Treelite's codes of float types. */
const PRECISIONS: Readonly<Record<number, Forest["precision"]>> = { 2: "float32", 3: "float64" };
/** A tree without a node: node count, a mark, 21 lengths, two field counts. */
const LEAST_TREE_BYTES = 4 + 1 + 21 * 8 + 8;

/**
 * A forest from a Treelite checkpoint of version 4. Never makes more than a few times the file's bytes. `file` names it in messages. Throws
 * FOREST_TRUNCATED, FOREST_UNSUPPORTED for other versions, and FOREST_INVALID.
 */
export function readCheckpoint(bytes: Uint8Array, file: string): Forest {
  const reader = readCheckpointBytes(bytes, file);
  const version = [reader.i32("the major version"), reader.i32("the minor version"), reader.i32("the patch version")];
  if (version.some((part) => Math.abs(part) > MOST_VERSION)) {
    throw invalidForest({ file }, `it does not begin with the version of a Treelite checkpoint, found ${version.join(", ")}: it is another file, or a damaged one`);
  }
  if (version[0] !== MAJOR_VERSION) {
    throw unsupportedForest({ file }, `it is a Treelite checkpoint of version ${version.join(".")}, expected ${MAJOR_VERSION}.x: write it again with Treelite ${MAJOR_VERSION}`);
  }
  const [thresholdType, leafType] = [reader.u8("the threshold type"), reader.u8("the leaf type")];
  const precision = PRECISIONS[thresholdType];
  if (precision === undefined || thresholdType !== leafType) {
    throw invalidForest({ file }, `thresholds are of type ${thresholdType} and leaves of type ${leafType}, expected 2 and 2 (float32) or 3 and 3 (float64)`);
  }
  const treeCount = reader.u64("the number of trees");
  if (treeCount * LEAST_TREE_BYTES > reader.remaining) {
    throw truncatedForest({ file }, `${treeCount} trees are announced, and ${reader.remaining} bytes of the file are left`);
  }
  const featureCount = reader.i32("the number of features");
  const task = TASKS[reader.u8("the task")];
  if (task === undefined) throw invalidForest({ file }, `its task is none of ${TASKS.map((name, code) => `${code} (${name})`).join(", ")}`);
  const averageTreeOutput = flag(reader, "the mark of averaging", file);
  const targets = reader.i32("the number of targets");
  const classCounts = reader.array("the class counts", Int32Array);
  if (classCounts.length !== targets) throw invalidForest({ file }, `it has ${targets} targets and ${classCounts.length} class counts`);
  const leafVectorShape = reader.array("the leaf vector shape", Int32Array);
  const [leafTargets = 0, leafClasses = 0] = leafVectorShape;
  if (leafVectorShape.length !== 2) throw invalidForest({ file }, `its leaf vector shape has ${leafVectorShape.length} sizes, expected 2`);
  const targetIds = reader.array("the target ids", Int32Array);
  const classIds = reader.array("the class ids", Int32Array);
  const name = reader.text("the postprocessor");
  const postprocessor = POSTPROCESSORS.find((known) => known === name);
  if (postprocessor === undefined) throw unsupportedForest({ file }, `its postprocessor is "${name}", expected one of ${POSTPROCESSORS.join(", ")}`);
  const sigmoidAlpha = reader.f32("sigmoid_alpha");
  const ratioC = reader.f32("ratio_c");
  const baseScores = reader.array("the base scores", Float64Array);
  const attributes = reader.text("the attributes");
  reader.skipFields("the number of optional fields");
  const trees: Tree[] = [];
  for (let tree = 0; tree < treeCount; tree++) {
    reader.enterTree(tree);
    trees.push(readTree(reader, precision, { file, tree }));
  }
  if (reader.remaining > 0) throw invalidForest({ file }, `${reader.remaining} bytes follow the last of its ${treeCount} trees`);
  return checkForest(
    { precision, trees, featureCount, task, averageTreeOutput, classCounts, leafVectorShape: [leafTargets, leafClasses], targetIds, classIds, postprocessor, sigmoidAlpha, ratioC, baseScores, attributes },
    file,
  );
}

function readTree(reader: CheckpointReader, precision: Forest["precision"], place: { file: string; tree: number }): Tree {
  const floats = precision === "float32" ? Float32Array : Float64Array;
  const count = reader.i32("the number of nodes");
  reader.u8("the mark of categorical splits");
  const nodeType = reader.array("the node types", Int8Array);
  if (nodeType.length !== count) throw invalidForest(place, `${count} nodes are announced, and ${nodeType.length} have a type`);
  const left = reader.array("the left children", Int32Array);
  const right = reader.array("the right children", Int32Array);
  const feature = reader.array("the features", Int32Array);
  const defaultLeft = reader.array("the default directions", Uint8Array);
  const leafValue = reader.array<Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>("the leaf values", floats);
  const threshold = reader.array<Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>("the thresholds", floats);
  const comparison = reader.array("the operators", Int8Array);
  const categoriesGoRight = reader.array("the category directions", Uint8Array);
  const leafVectors = readSegments(reader, "the leaf vectors", reader.array<Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>("the leaf vectors", floats), place);
  const categories = readSegments(reader, "the category lists", reader.array("the category lists", Uint32Array), place);
  const dataCount = readStatistic(reader, "data counts", BigUint64Array);
  const sumHessian = readStatistic(reader, "sums of the Hessian", Float64Array);
  const gain = readStatistic(reader, "gains", Float64Array);
  reader.skipFields("the number of the tree's optional fields");
  reader.skipFields("the number of the nodes' optional fields");
  return { nodeType, left, right, feature, defaultLeft, threshold, leafValue, comparison, categoriesGoRight, leafVectors, categories, dataCount, sumHessian, gain };
}

function readSegments<Values extends { readonly length: number }>(reader: CheckpointReader, what: string, values: Values, place: { file: string; tree: number }): Segments<Values> {
  const offsets = (name: string): Uint32Array<ArrayBuffer> => {
    const read = reader.array(`the ${name} of ${what}`, BigUint64Array);
    return Uint32Array.from(read, (offset, node) => {
      if (offset > BigInt(values.length)) throw invalidForest({ ...place, node }, `the ${name} of ${what} is ${offset}, and there are ${values.length} values`);
      return Number(offset);
    });
  };
  return { values, begin: offsets("beginning"), end: offsets("end") };
}

function readStatistic<A extends BigUint64Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  reader: CheckpointReader,
  what: string,
  type: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): A },
): Statistic<A> {
  return { values: reader.array(`the ${what}`, type), present: reader.array(`the marks of ${what}`, Uint8Array) };
}

function flag(reader: CheckpointReader, what: string, file: string): boolean {
  const value = reader.u8(what);
  if (value > 1) throw invalidForest({ file }, `${what} is ${value}, expected 0 or 1`);
  return value === 1;
}
