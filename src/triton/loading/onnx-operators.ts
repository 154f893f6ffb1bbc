import { isStandard } from "../../onnx/model.ts";

/** Operators of the standard set, by the version that brought them (ONNX 1.20); an operator stays, whatever becomes of it later. */
const STANDARD: Readonly<Record<number, string>> = {
  1:
    "Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv ConvTranspose DepthToSpace Div Dropout Elu Equal Exp " +
    "Flatten Floor GRU Gather Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity If InstanceNormalization LRN LSTM " +
    "LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul Max MaxPool MaxRoiPool Mean Min Mul Neg Not Or PRelu Pad Pow RNN RandomNormal " +
    "RandomNormalLike RandomUniform RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd " +
    "ReduceSum ReduceSumSquare Relu Reshape Selu Shape Sigmoid Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile " +
    "TopK Transpose Unsqueeze Upsample Xor",
  7: "Acos Asin Atan Cos Multinomial Sin Tan",
  8: "Expand Scan",
  9: "Acosh Asinh Atanh Compress ConstantOfShape Cosh Erf EyeLike IsNaN MaxUnpool MeanVarianceNormalization NonZero OneHot Scatter Shrink Sign Sinh TfIdfVectorizer Where",
  10: "ConvInteger DequantizeLinear IsInf MatMulInteger Mod NonMaxSuppression QLinearConv QLinearMatMul QuantizeLinear Resize ReverseSequence RoiAlign StringNormalizer",
  11:
    "BitShift ConcatFromSequence CumSum Det DynamicQuantizeLinear GatherElements GatherND Range Round ScatterElements ScatterND SequenceAt " +
    "SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SplitToSequence Unique",
  12: "Celu Einsum GreaterOrEqual LessOrEqual NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss",
  14: "HardSwish Trilu",
  15: "Bernoulli CastLike Optional OptionalGetElement OptionalHasElement",
  16: "GridSample",
  17: "BlackmanWindow DFT HammingWindow HannWindow MelWeightMatrix STFT SequenceMap",
  18: "BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish",
  19: "DeformConv",
  20: "AffineGrid Gelu ImageDecoder RegexFullMatch StringConcat StringSplit",
  23: "Attention RMSNormalization RotaryEmbedding",
  24: "Swish TensorScatter",
};

/** Operators that ONNX Runtime adds to the standard set in all its versions, from before they were in it or instead of ever being. */
const ADDED =
  "Affine Crop DynamicSlice GRUUnit GivenTensorFill ImageScaler LayerNormalization MemcpyFromHost MemcpyToHost ParametricSoftplus Scale ScaledTanh " +
  "SimplifiedLayerNormalization ThresholdedRelu";

const SINCE: ReadonlyMap<string, number> = new Map(
  [...Object.entries(STANDARD), ["1", ADDED] as const].flatMap(([version, names]) => names.split(" ").map((name) => [name, Number(version)] as const)),
);

const MACHINE_LEARNING: ReadonlySet<string> = new Set(
  (
    "ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder LinearClassifier LinearRegressor " +
    "Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor ZipMap"
  ).split(" "),
);

/** Other domains of which ONNX Runtime registers operators; which they are depends on how it was built. */
const OWN_DOMAINS = /^(?:com\.microsoft(?:\.nchwc|\.experimental)?|com\.ms\.internal\.nhwc|ai\.onnx\.(?:training|preview(?:\..+)?)|org\.pytorch\.aten)$/;

/**
 * What ONNX Runtime has for an operator at a version of its domain: "known", where it has it or may have it; "no-operator", where its
 * domain is a standard one without such an operator; "no-domain", where it knows nothing of the domain.
 */
export function operatorState(domain: string, op: string, version: number): "known" | "no-operator" | "no-domain" {
  if (isStandard(domain)) return (SINCE.get(op) ?? Infinity) <= version ? "known" : "no-operator";
  if (domain === "ai.onnx.ml") return MACHINE_LEARNING.has(op) ? "known" : "no-operator";
  return OWN_DOMAINS.test(domain) ? "known" : "no-domain";
}
