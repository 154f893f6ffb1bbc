import { ConchError, textOf } from "../../base/errors.ts";
import { allocate, bytesPerElement, type DataType, type TypedData } from "../../tensor/data-type.ts";
import { elementCount, zeros } from "../../tensor/tensor.ts";
import { INTEGER_RANGES, setElement, storedNumber } from "../cast.ts";
import { fitShape } from "../fit.ts";
import { shapeText, type DecodeOptions, type InputKind, type InputTarget } from "../input.ts";

/** Tensors from nothing: zeros, ones, or seeded random numbers, for a first run and for measurements. Equal options give equal tensors everywhere. */
export const generatedInput: InputKind = {
  name: "generated",
  extensions: [],
  sniff: () => false,
  decode(_files, target, options) {
    const shape = fitShape(shapeFor(target, options), target);
    const fill = options.fill ?? "uniform";
    const seed = options.seed ?? 0;
    const { dataType } = target;
    const summary = [
      { name: "fill", value: fill === "zeros" || fill === "ones" ? fill : `${fill}, seed ${seed}` },
      { name: "shape", value: shapeText(shape) },
    ];
    if (dataType === "TYPE_STRING") {
      if (fill === "zeros") return { tensor: zeros(dataType, shape), warnings: [], summary };
      throw new ConchError("INPUT_INVALID", `Input "${target.name}" is TYPE_STRING: only empty strings (fill "zeros") can be generated, found "${fill}"`, {
        data: { input: target.name, fill },
      });
    }
    const data = allocateFor(dataType, shape, target.name);
    fillWith(data, dataType, fill, seed, rangeFor(dataType, options, target.name));
    return { tensor: { dataType, shape, data }, warnings: [], summary };
  },
};

function shapeFor(target: InputTarget, options: DecodeOptions): readonly number[] {
  const shape = options.shape ?? target.dims.map((size) => (size === -1 ? 1 : size));
  if (shape.every((size) => Number.isInteger(size) && size >= 0)) return shape;
  throw new ConchError("INPUT_INVALID", `Input "${target.name}": shape ${shapeText(shape)} must be whole numbers of 0 or more`, {
    data: { input: target.name, found: [...shape] },
  });
}

function rangeFor(type: DataType, { range }: DecodeOptions, input: string): readonly [number, number] {
  const integer = INTEGER_RANGES[type];
  if (range === undefined) return integer === undefined ? [0, 1] : type === "TYPE_BOOL" ? [0, 2] : [0, 10];
  const [low, high] = range;
  const wholes = integer === undefined || (Number.isSafeInteger(low) && Number.isSafeInteger(high) && BigInt(low) >= integer[0] && BigInt(high) - 1n <= integer[1]);
  if (Number.isFinite(low) && Number.isFinite(high) && low < high && wholes) return range;
  throw new ConchError("INPUT_INVALID", `Input "${input}": range [${low}, ${high}) is not one of ${type} values with the lower end first`, {
    data: { input, low: String(low), high: String(high) },
  });
}

function fillWith(data: TypedData, type: DataType, fill: NonNullable<DecodeOptions["fill"]>, seed: number, [low, high]: readonly [number, number]): void {
  if (fill === "zeros") return;
  const integer = INTEGER_RANGES[type] !== undefined;
  const random = randomNumbers(seed, UNIFORM_BITS[type] ?? 32);
  const next = {
    ones: () => 1,
    uniform: () => (integer ? low + Math.floor(random() * (high - low)) : low + random() * (high - low)),
    normal: () => normal(random),
  }[fill];
  for (let index = 0; index < data.length; index++) {
    const value = next();
    setElement(data, index, storedNumber(integer ? clampToInteger(value, type) : value, type) as number | bigint);
  }
}

function clampToInteger(value: number, type: DataType): number {
  const [low, high] = INTEGER_RANGES[type] as readonly [bigint, bigint];
  return Math.min(Math.max(Math.round(value), Number(low)), Number(high)) + 0;
}

/** Bits of a uniform number that the type holds exactly, so that rounding never makes it 1. */
const UNIFORM_BITS: Partial<Record<DataType, number>> = { TYPE_FP16: 11, TYPE_BF16: 8, TYPE_FP32: 24 };

/** Uniform numbers in [0, 1) of so many bits: splitmix32, a Weyl sequence through a 32-bit mixing function (Steele, Lea, Flood, OOPSLA 2014). */
function randomNumbers(seed: number, bits: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> (32 - bits)) / 2 ** bits;
  };
}

/** Standard normal by Box and Muller (Annals of Mathematical Statistics 29, 1958); one of the pair is used. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function allocateFor(type: DataType, shape: readonly number[], input: string): TypedData {
  try {
    return allocate(type, elementCount(shape));
  } catch (cause) {
    const bytes = elementCount(shape) * bytesPerElement(type);
    throw new ConchError("INPUT_TOO_LARGE", `Input "${input}": ${type} ${shapeText(shape)} needs ${bytes} bytes, more than can be allocated: ${textOf(cause)}`, {
      data: { input, bytes },
      cause,
    });
  }
}
