// The recorded results of Pillow, torch and torchvision on pictures, as chains of torchvision's transforms.
import { readNpz } from "../tensor/npy.ts";
import { typedData, type Tensor } from "../tensor/tensor.ts";
import type { ArrayItem, ImageMode } from "../transforms/transform.ts";
import { readRecorded, readRecordedJson } from "./recorded.ts";

/** A transform by the name of its spec, and its parameters. */
export type NamedStep = readonly [name: string, parameters: Readonly<Record<string, unknown>>];

/** One recorded result. */
export interface ImageCase {
  readonly name: string;
  /** Why it is not compared; `steps` is empty then. */
  readonly skipped?: string;
  readonly steps: readonly NamedStep[];
  readonly input: ArrayItem;
  readonly output: ArrayItem;
  /** How far elements may be off. 0: equal. */
  readonly tolerance: number;
}

interface Recorded {
  readonly name: string;
  readonly transform: string;
  readonly params: {
    readonly size_wh?: readonly [number, number];
    readonly size_hw?: readonly [number, number];
    readonly size?: number | readonly number[];
    readonly resample?: string;
    readonly interpolation?: string;
    readonly antialias?: boolean | null;
    readonly mean?: readonly number[];
    readonly std?: readonly number[];
    readonly resize?: number;
    readonly crop?: number;
  };
  readonly output: { readonly npz: string };
}

const MODES: Readonly<Record<number, ImageMode>> = { 1: "L", 3: "RGB", 4: "RGBA" };

/** The recorded cases; undefined where the recorded data are not there. */
export async function recordedImages(): Promise<readonly ImageCase[] | undefined> {
  const recorded = await readRecordedJson<{ cases: Recorded[] }>("monai-more/cases/Image2D.json");
  if (recorded === undefined) return undefined;
  return Promise.all(recorded.cases.map(caseOf));
}

async function caseOf(one: Recorded): Promise<ImageCase> {
  const arrays = readNpz((await readRecorded(`monai-more/${one.output.npz}`)) ?? new Uint8Array(0));
  const [input, output] = [arrays.get("input"), arrays.get("output")];
  if (input === undefined || output === undefined) throw new Error(`${one.name} has no arrays`);
  const { name, transform } = one;
  const skipped = name.includes("_F_") ? "PIL images of mode F are not made by PIL.Image.open here" : name.includes("reducing_gap") ? "torchvision passes no reducing_gap" : undefined;
  if (skipped !== undefined) return { name, skipped, steps: [], input: tensorItem(input), output: tensorItem(output), tolerance: 0 };
  if (transform.startsWith("Image.resize")) return { name, steps: stepsOf(one), input: imageItem(input), output: imageItem(output), tolerance: 0 };
  const made = /ToTensor|to_tensor/.test(transform);
  return { name, steps: stepsOf(one), input: made ? imageItem(channelsLast(input)) : tensorItem(input), output: tensorItem(output), tolerance: toleranceOf(one, output) };
}

function stepsOf({ transform, params }: Recorded): NamedStep[] {
  const { size_wh, size_hw, size, resample, interpolation = "nearest-exact", antialias = null, mean, std, resize, crop } = params;
  if (size_wh !== undefined) return [["v2.Resize", { size: [size_wh[1], size_wh[0]], interpolation: resample }]];
  if (transform === "CenterCrop") return [["v2.CenterCrop", { size: size_hw }]];
  const normalize: NamedStep[] = mean === undefined ? [] : [["v2.Normalize", { mean, std }]];
  if (transform === "to_tensor of the PIL image" || transform === "ToTensor + Normalize") return [["v2.ToTensor", {}], ...normalize];
  if (resize !== undefined) return [["v2.Resize", { size: resize }], ["v2.CenterCrop", { size: crop }], ["v2.ToTensor", {}], ...normalize];
  return [["v2.Resize", { size: size_hw ?? size, interpolation, antialias }]];
}

/** What is moved or computed byte by byte is equal; torch's own sums are not to the last bit. */
function toleranceOf({ transform, params }: Recorded, output: Tensor): number {
  const interpolates = (transform.startsWith("functional") || transform.startsWith("Resize(int)")) && params.interpolation !== "nearest";
  if (!interpolates) return 0;
  if (output.dataType === "TYPE_UINT8") return 1;
  return 1e-5 * (typedData(output) as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function tensorItem(tensor: Tensor): ArrayItem {
  return { dataType: tensor.dataType, shape: tensor.shape, data: typedData(tensor) };
}

function imageItem(tensor: Tensor): ArrayItem {
  const shape = tensor.shape.length === 2 ? [...tensor.shape, 1] : tensor.shape;
  return { dataType: tensor.dataType, shape, data: typedData(tensor), image: MODES[shape[2] ?? 0] ?? "L" };
}

function channelsLast(tensor: Tensor): Tensor {
  const [channels = 1, height = 1, width = 1] = tensor.shape;
  const source = typedData(tensor) as Uint8Array;
  const data = source.map((_, i) => source[(i % channels) * height * width + Math.floor(i / channels)] ?? 0);
  return { dataType: tensor.dataType, shape: [height, width, channels], data };
}
