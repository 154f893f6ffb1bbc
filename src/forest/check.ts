import { COMPARISON, type Forest, NODE, sumsPerRow, type Tree, widestClassCount } from "./forest.ts";
import { invalidForest, unsupportedForest, type ForestPlace } from "./forest-error.ts";

/** More sums per row than any forest in use has; beyond, a number in the file is taken for damage. */
const MOST_SUMS = 65_536;
/** The same for the features of a row. */
const MOST_FEATURES = 1 << 24;

/**
 * The forest itself, once its parts fit each other: lengths, classes, and each tree from its root: children in range, no node reached twice,
 * features that a row has, thresholds that are numbers, finite leaves. Nodes that the root does not reach are left alone, since XGBoost
 * leaves pruned ones behind. Throws FOREST_INVALID and FOREST_UNSUPPORTED, with tree and node.
 */
export function checkForest(forest: Forest, file: string): Forest {
  const { trees, classCounts, targetIds, classIds, baseScores, leafVectorShape } = forest;
  const whole: ForestPlace = { file };
  if (!(forest.featureCount >= 1)) throw invalidForest(whole, `expected at least one feature, found ${forest.featureCount}`);
  if (forest.featureCount > MOST_FEATURES) throw unsupportedForest(whole, `${forest.featureCount} features are more than the ${MOST_FEATURES} that Conch runs`);
  checkClassCounts(classCounts, file);
  for (const [name, { length }] of [["target ids", targetIds], ["class ids", classIds]] as const) {
    if (length !== trees.length) throw invalidForest(whole, `expected ${trees.length} ${name}, one for each tree, found ${length}`);
  }
  if (baseScores.length !== sumsPerRow(forest)) throw invalidForest(whole, `expected ${sumsPerRow(forest)} base scores, found ${baseScores.length}`);
  const score = baseScores.findIndex((value) => !Number.isFinite(value));
  if (score >= 0) throw invalidForest(whole, `base score ${score} is ${baseScores[score]}, expected a finite number`);
  const [leafTargets, leafClasses] = leafVectorShape;
  if (leafTargets < 1 || leafClasses < 1 || leafTargets > classCounts.length || leafClasses > widestClassCount(forest)) {
    throw invalidForest(whole, `leaves have shape [${leafVectorShape.join(", ")}], the forest has ${classCounts.length} targets of at most ${widestClassCount(forest)} classes`);
  }
  trees.forEach((tree, index) => {
    const place = { file, tree: index };
    const targets = idsOf(targetIds[index] ?? 0, classCounts.length, leafTargets, "target", place);
    const classes = idsOf(classIds[index] ?? 0, widestClassCount(forest), leafClasses, "class", place);
    checkTree(tree, forest.featureCount, targets * classes, place);
  });
  return forest;
}

/** The class counts of the targets, before anything of their size is made. */
export function checkClassCounts(classCounts: ArrayLike<number>, file: string): void {
  if (classCounts.length === 0) throw invalidForest({ file }, "expected at least one target, found none");
  let widest = 1;
  for (let target = 0; target < classCounts.length; target++) {
    const count = classCounts[target] ?? 0;
    if (!Number.isInteger(count) || count < 1) throw invalidForest({ file }, `target ${target} has ${count} classes, expected 1 or more`);
    widest = Math.max(widest, count);
  }
  if (classCounts.length * widest > MOST_SUMS) {
    throw unsupportedForest({ file }, `${classCounts.length} targets of ${widest} classes are more outputs than the ${MOST_SUMS} that Conch runs`);
  }
}

/** How many targets or classes a leaf of the tree speaks of. */
function idsOf(id: number, count: number, inLeaf: number, what: string, place: ForestPlace): number {
  if (id < -1 || id >= count) throw invalidForest(place, `it adds to ${what} ${id}, expected -1 … ${count - 1}`);
  if (id >= 0) return 1;
  if (inLeaf !== count) throw invalidForest(place, `it adds to all ${count} ${what}${count === 1 ? "" : "es"}, and its leaves speak of ${inLeaf}`);
  return count;
}

function checkTree(tree: Tree, featureCount: number, leafLength: number, place: ForestPlace): void {
  const count = tree.nodeType.length;
  if (count === 0) throw invalidForest(place, "it has no node");
  checkLengths(tree, count, place);
  /** Node → the node that leads to it, plus 1; 0: not reached yet. */
  const reachedFrom = new Uint32Array(count);
  reachedFrom[0] = count + 1;
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const here = { ...place, node };
    const type = tree.nodeType[node];
    if (type === NODE.leaf) {
      checkLeaf(tree, node, leafLength, here);
      continue;
    }
    if (type !== NODE.numerical && type !== NODE.categorical) throw invalidForest(here, `it is of type ${type}, expected 0 (leaf), 1 (numerical) or 2 (categorical)`);
    const feature = tree.feature[node] ?? -1;
    if (feature < 0 || feature >= featureCount) throw invalidForest(here, `it tests feature ${feature}, the forest has features 0 … ${featureCount - 1}`);
    if (type === NODE.numerical) checkTest(tree, node, here);
    for (const [side, child] of [["left", tree.left[node] ?? -1], ["right", tree.right[node] ?? -1]] as const) {
      if (child < 0 || child >= count) throw invalidForest(here, `its ${side} child is ${child}, the tree has nodes 0 … ${count - 1}`);
      const earlier = reachedFrom[child] ?? 0;
      if (earlier !== 0) {
        const other = earlier > count ? "is the root" : `is a child of node ${earlier - 1} already`;
        throw invalidForest(here, `its ${side} child, node ${child}, ${other}: the nodes form no tree`);
      }
      reachedFrom[child] = node + 1;
      waiting.push(child);
    }
  }
}

function checkLengths(tree: Tree, count: number, place: ForestPlace): void {
  const { leafVectors, categories, dataCount, sumHessian, gain } = tree;
  const all = { left: tree.left, right: tree.right, feature: tree.feature, "default direction": tree.defaultLeft, threshold: tree.threshold, "leaf value": tree.leafValue, comparison: tree.comparison, "category direction": tree.categoriesGoRight };
  for (const [name, { length }] of Object.entries(all)) {
    if (length !== count) throw invalidForest(place, `it has ${count} nodes and ${length} entries of "${name}"`);
  }
  const some = { "leaf vector": leafVectors, "category list": categories };
  for (const [name, { values, begin, end }] of Object.entries(some)) {
    if (begin.length !== end.length || (begin.length !== 0 && begin.length !== count)) {
      throw invalidForest(place, `it has ${count} nodes, ${begin.length} beginnings and ${end.length} ends of "${name}"`);
    }
    for (let node = 0; node < begin.length; node++) {
      const [from = 0, to = 0] = [begin[node], end[node]];
      if (from > to || to > values.length) throw invalidForest({ ...place, node }, `its ${name} lies at ${from} … ${to} of ${values.length} values`);
    }
  }
  const statistics = { "data count": dataCount, "sum of the Hessian": sumHessian, gain };
  for (const [name, { values, present }] of Object.entries(statistics)) {
    // They decide nothing: shorter ones are let be.
    if (values.length !== present.length || values.length > count) {
      throw invalidForest(place, `it has ${count} nodes, ${values.length} values and ${present.length} marks of "${name}"`);
    }
  }
}

function checkTest(tree: Tree, node: number, place: ForestPlace): void {
  const comparison = tree.comparison[node] ?? 0;
  if (comparison < COMPARISON.eq || comparison > COMPARISON.ge) throw invalidForest(place, `it compares by operator ${comparison}, expected 1 … 5 (=, <, ≤, >, ≥)`);
  if (Number.isNaN(tree.threshold[node])) throw invalidForest(place, "its threshold is NaN, expected a number");
}

function checkLeaf({ leafValue, leafVectors }: Tree, node: number, expected: number, place: ForestPlace): void {
  const [from = 0, to = 0] = [leafVectors.begin[node], leafVectors.end[node]];
  if (from === to && expected === 1) {
    if (!Number.isFinite(leafValue[node])) throw invalidForest(place, `its leaf value is ${leafValue[node]}, expected a finite number`);
    return;
  }
  if (to - from !== expected) throw invalidForest(place, `its leaf has ${to - from} values, expected ${expected}`);
  for (let index = from; index < to; index++) {
    if (!Number.isFinite(leafVectors.values[index])) throw invalidForest(place, `value ${index - from} of its leaf is ${leafVectors.values[index]}, expected a finite number`);
  }
}
