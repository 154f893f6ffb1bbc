import { checkClassCounts, checkForest } from "../check.ts";
import { COMPARISON, type Forest, NODE, noSegments, noStatistic, type Postprocessor, type Segments, type Task, type Tree } from "../forest.ts";
import { invalidForest, truncatedForest, unsupportedForest, type ForestPlace } from "../forest-error.ts";
import { asObject, type Fields, floatsAt, listAt, objectAt, textAt, wholeAt, wholesAt } from "./fields.ts";
import { parseJsonText } from "./json-text.ts";
import { parseUbjson } from "./ubjson.ts";

/** What XGBoost does to the sums, by its objective. */
const POSTPROCESSORS: Readonly<Record<string, Postprocessor>> = {
  "binary:hinge": "hinge",
  "binary:logistic": "sigmoid",
  "binary:logitraw": "identity",
  "count:poisson": "exponential",
  "multi:softmax": "softmax",
  "multi:softprob": "softmax",
  "rank:map": "identity",
  "rank:ndcg": "identity",
  "rank:pairwise": "identity",
  "reg:absoluteerror": "identity",
  "reg:gamma": "exponential",
  "reg:linear": "identity",
  "reg:logistic": "sigmoid",
  "reg:pseudohubererror": "identity",
  "reg:quantileerror": "identity",
  "reg:squarederror": "identity",
  "reg:squaredlogerror": "identity",
  "reg:tweedie": "exponential",
  "survival:aft": "exponential",
  "survival:cox": "exponential",
};

/** Base scores are given as predictions; the sums begin with what becomes that prediction. */
const MARGIN_OF: Readonly<Partial<Record<Postprocessor, (score: number) => number>>> = {
  sigmoid: (score) => -Math.log(1 / score - 1),
  exponential: Math.log,
};

/** A forest from XGBoost's JSON. Throws FOREST_INVALID, FOREST_TRUNCATED, FOREST_UNSUPPORTED. */
export function readXgboostJson(bytes: Uint8Array, file: string): Forest {
  return forestOf(parseJsonText(new TextDecoder().decode(bytes), file), file);
}

/** A forest from XGBoost's UBJSON. Throws FOREST_INVALID, FOREST_TRUNCATED, FOREST_UNSUPPORTED. */
export function readXgboostUbjson(bytes: Uint8Array, file: string): Forest {
  return forestOf(parseUbjson(bytes, file), file);
}

function forestOf(parsed: unknown, file: string): Forest {
  const place: ForestPlace = { file };
  const outer = asObject(parsed, "the model", place).values;
  // A booster saved with its settings has the model one level deeper.
  const root: Fields = { path: "", values: "Model" in outer ? asObject(outer["Model"], "Model", place).values : outer };
  const learner = objectAt(root, "learner", place);
  const parameters = objectAt(learner, "learner_model_param", place);
  const booster = objectAt(learner, "gradient_booster", place);
  const name = textAt(booster, "name", place);
  if (name !== "gbtree" && name !== "dart") throw unsupportedForest(place, `its booster is "${name}", expected gbtree or dart: other boosters are no forests`);
  const model = objectAt(name === "dart" ? objectAt(booster, "gbtree", place) : booster, "model", place);
  const objective = textAt(objectAt(learner, "objective", place), "name", place);
  const postprocessor = Object.hasOwn(POSTPROCESSORS, objective) ? POSTPROCESSORS[objective] : undefined;
  if (postprocessor === undefined) throw unsupportedForest(place, `its objective is "${objective}", expected one of ${Object.keys(POSTPROCESSORS).join(", ")}`);

  const targets = wholeAt(parameters, "num_target", place, 1);
  const classes = Math.max(1, wholeAt(parameters, "num_class", place, 0));
  if (targets > 1 && classes > 1) throw unsupportedForest(place, `it has ${targets} targets of ${classes} classes, and XGBoost has one or the other`);
  checkClassCounts([Math.max(targets, classes)], file);
  const featureCount = wholeAt(parameters, "num_feature", place);
  const trees = readTrees(model, name === "dart" ? floatsAt(booster, "weight_drop", place) : undefined, file);
  const leafLength = trees[0]?.leafLength ?? 1;
  const odd = trees.findIndex((tree) => tree.leafLength !== leafLength);
  if (odd >= 0) throw unsupportedForest({ file, tree: odd }, `its leaves have ${trees[odd]?.leafLength} values, those of tree 0 have ${leafLength}`);
  const information = wholesAt(model, "tree_info", place, trees.length);
  const ofAll = new Int32Array(trees.length).fill(-1);
  const ids = leafLength > 1 ? ofAll : information;
  const zero = new Int32Array(trees.length);
  return checkForest(
    {
      precision: "float32",
      trees: trees.map(({ tree }) => tree),
      featureCount,
      task: taskOf(objective, classes),
      averageTreeOutput: false,
      classCounts: classes > 1 ? Int32Array.of(classes) : new Int32Array(targets).fill(1),
      leafVectorShape: classes > 1 ? [1, leafLength] : [leafLength, 1],
      targetIds: classes > 1 ? zero : ids,
      classIds: classes > 1 ? ids : zero,
      postprocessor,
      sigmoidAlpha: 1,
      ratioC: 1,
      baseScores: baseScores(parameters, root, postprocessor, targets * classes, place),
      attributes: "{}",
    },
    file,
  );
}

function taskOf(objective: string, classes: number): Task {
  if (classes > 1) return "multi-class classifier";
  if (objective.startsWith("binary:")) return "binary classifier";
  return objective.startsWith("rank:") ? "learning to rank" : "regressor";
}

function baseScores(parameters: Fields, root: Fields, postprocessor: Postprocessor, sums: number, place: ForestPlace): Float64Array<ArrayBuffer> {
  const text = textAt(parameters, "base_score", place);
  // Later versions write a list: one score for each target or class.
  const scores = text.replace(/^\[|\]$/g, "").split(",").map(Number);
  if (scores.length !== 1 && scores.length !== sums) throw invalidForest(place, `base_score has ${scores.length} numbers, expected 1 or ${sums}`);
  // Before version 1 the score was written as a margin already.
  const [major = 1] = wholesAt(root, "version", place, undefined, true);
  const margin = major >= 1 ? MARGIN_OF[postprocessor] : undefined;
  return Float64Array.from({ length: sums }, (_, index) => {
    const score = scores[scores.length === 1 ? 0 : index] ?? NaN;
    const made = margin === undefined ? score : margin(score);
    if (!Number.isFinite(made)) throw invalidForest(place, `base_score is "${text}", which gives no sum to begin with`);
    // XGBoost keeps scores as float32.
    return Math.fround(made);
  });
}

interface ReadTree {
  readonly tree: Tree;
  readonly leafLength: number;
}

function readTrees(model: Fields, weights: Float32Array | undefined, file: string): ReadTree[] {
  const list = listAt(model, "trees", { file });
  const announced = model.values["gbtree_model_param"] === undefined ? list.length : wholeAt(objectAt(model, "gbtree_model_param", { file }), "num_trees", { file }, list.length);
  if (list.length < announced) throw truncatedForest({ file }, `${announced} trees are announced, and there are ${list.length}`);
  if (weights !== undefined && weights.length !== list.length) throw invalidForest({ file }, `weight_drop has ${weights.length} numbers, and there are ${list.length} trees`);
  return Array.from(list, (value, index) => {
    const place = { file, tree: index };
    return readTree(asObject(value, `trees[${index}]`, place), weights?.[index], place);
  });
}

function readTree(fields: Fields, weight: number | undefined, place: ForestPlace): ReadTree {
  const parameters = objectAt(fields, "tree_param", place);
  const left = wholesAt(fields, "left_children", place);
  const count = left.length;
  const announced = wholeAt(parameters, "num_nodes", place, count);
  if (announced !== count) throw (announced > count ? truncatedForest : invalidForest)(place, `${announced} nodes are announced, and left_children has ${count}`);
  const leafLength = Math.max(1, wholeAt(parameters, "size_leaf_vector", place, 1));
  const right = wholesAt(fields, "right_children", place, count);
  const conditions = floatsAt(fields, "split_conditions", place, count);
  const types = wholesAt(fields, "split_type", place, count, true);
  const feature = wholesAt(fields, "split_indices", place, count);
  const nodeType = Int8Array.from(left, (child, node) => (child === -1 ? NODE.leaf : types[node] === 1 ? NODE.categorical : NODE.numerical));
  const isLeaf = (node: number): boolean => nodeType[node] === NODE.leaf;
  if (weight !== undefined && leafLength > 1) throw unsupportedForest(place, "dart with leaves of several values");
  const leafValue = conditions.map((value, node) => (!isLeaf(node) || leafLength > 1 ? 0 : weight === undefined ? value : value * weight));
  return {
    leafLength,
    tree: {
      nodeType,
      left,
      right: right.map((child, node) => (isLeaf(node) ? -1 : child)),
      feature: feature.map((index, node) => (isLeaf(node) ? -1 : index)),
      defaultLeft: Uint8Array.from(wholesAt(fields, "default_left", place, count), (value) => Number(value !== 0)),
      threshold: conditions.map((value, node) => (nodeType[node] === NODE.numerical ? value : 0)),
      leafValue,
      comparison: nodeType.map((type) => (type === NODE.numerical ? COMPARISON.lt : COMPARISON.none)),
      categoriesGoRight: Uint8Array.from(nodeType, (type) => Number(type === NODE.categorical)),
      leafVectors: leafLength > 1 ? leafVectors(fields, nodeType, leafLength, place) : noSegments(new Float32Array(0)),
      categories: categoryLists(fields, nodeType, place),
      dataCount: noStatistic(new BigUint64Array(0)),
      sumHessian: statistic(fields, "sum_hessian", count, place),
      gain: statistic(fields, "loss_changes", count, place),
    },
  };
}

function statistic(fields: Fields, name: string, count: number, place: ForestPlace): Tree["gain"] {
  const read = floatsAt(fields, name, place, count, true);
  return { values: Float64Array.from(read), present: new Uint8Array(read.length).fill(1) };
}

function leafVectors(fields: Fields, nodeType: Int8Array, length: number, place: ForestPlace): Segments<Float32Array<ArrayBuffer>> {
  const values = floatsAt(fields, "base_weights", place, nodeType.length * length);
  const begin = Uint32Array.from(nodeType, (type, node) => (type === NODE.leaf ? node * length : 0));
  return { values, begin, end: begin.map((from, node) => (nodeType[node] === NODE.leaf ? from + length : from)) };
}

/** XGBoost lists the categories of the nodes in `categories_nodes`, in that order. */
function categoryLists(fields: Fields, nodeType: Int8Array, place: ForestPlace): Tree["categories"] {
  const nodes = wholesAt(fields, "categories_nodes", place, undefined, true);
  if (nodes.length === 0 && !nodeType.includes(NODE.categorical)) return noSegments(new Uint32Array(0));
  const segments = wholesAt(fields, "categories_segments", place, nodes.length);
  const sizes = wholesAt(fields, "categories_sizes", place, nodes.length);
  const values = wholesAt(fields, "categories", place);
  const begin = new Uint32Array(nodeType.length);
  const end = new Uint32Array(nodeType.length);
  const listed = new Uint8Array(nodeType.length);
  nodes.forEach((node, index) => {
    const [from = 0, size = 0] = [segments[index], sizes[index]];
    if (node < 0 || node >= nodeType.length) throw invalidForest(place, `categories_nodes[${index}] is ${node}, the tree has nodes 0 … ${nodeType.length - 1}`);
    if (from < 0 || size < 0 || from + size > values.length) throw invalidForest({ ...place, node }, `its ${size} categories lie at ${from} of ${values.length}`);
    listed[node] = 1;
    begin[node] = from;
    end[node] = from + size;
  });
  const without = nodeType.findIndex((type, node) => type === NODE.categorical && listed[node] === 0);
  if (without >= 0) throw invalidForest({ ...place, node: without }, "it is a categorical split, and categories_nodes does not list it");
  const negative = values.findIndex((category) => category < 0);
  if (negative >= 0) throw invalidForest(place, `categories[${negative}] is ${values[negative]}, expected 0 or more`);
  return { values: Uint32Array.from(values), begin, end };
}
