import { ConchError } from "../../base/errors.ts";
import { bytesPerElement, numpyName } from "../../tensor/data-type.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import { fit, fitsDims } from "../fit.ts";
import { shapeText, type DecodedInput, type DecodeOptions, type InputFact, type InputFile, type InputKind, type InputTarget, type InputWarning } from "../input.ts";
import { axisCodes, bestAffine, voxelSize, type BestAffine } from "./affine.ts";
import { firstBytes, isGzip, streamBytes } from "./byte-stream.ts";
import { HEADER_BYTES, parseHeader, recogniseHeader, type NiftiHeader } from "./header.ts";
import { createVoxelSink, storedType, type VoxelLayout } from "./voxels.ts";

/** A NIfTI file's header and where its voxels lie: what a picker shows before anything is decoded. */
export interface NiftiInfo {
  readonly header: NiftiHeader;
  readonly best: BestAffine;
  /** 3-D frames in the file, 1 for a plain volume. */
  readonly frames: number;
  readonly summary: readonly InputFact[];
  /** The file that holds the voxels: the only one, or the .img. */
  readonly voxels: InputFile;
}

/**
 * NIfTI-1 and NIfTI-2, single files and pairs, gzip or not, either byte order; array and affine as MONAI's LoadImage gives them (C order, axes
 * (i, j, k) as nibabel gives them, no reorientation). Peak memory beside the file: the result, and 16 planes.
 */
export const niftiInput: InputKind = {
  name: "nifti",
  extensions: [".nii", ".nii.gz", ".hdr", ".img", ".hdr.gz", ".img.gz"],
  sniff(head, fileName) {
    if (!isGzip(head)) return recogniseHeader(head) !== undefined;
    try {
      return recogniseHeader(firstBytes(head, HEADER_BYTES, fileName)) !== undefined;
    } catch {
      return false;
    }
  },
  decode(files, target, options) {
    const info = inspectNifti(files);
    if (target.dataType === "TYPE_STRING") {
      throw new ConchError(
        "TENSOR_MISMATCH",
        `Input "${target.name}" expects TYPE_STRING, found a NIfTI volume: give it the file's bytes (input kind "file") instead`,
        { data: { input: target.name, expected: "TYPE_STRING" } },
      );
    }
    const warnings: InputWarning[] = [...info.header.warnings, ...info.best.warnings, ...unitWarnings(info.header)];
    const loaded = loadVolume(info, target, options);
    const tensor = fit(withChannels(loaded, target, warnings), target, options);
    const decoded: DecodedInput = { tensor, affine: info.best.affine, warnings, summary: info.summary };
    return info.frames > 1 ? { ...decoded, frames: info.frames } : decoded;
  },
};

/** Reads the header only. Throws NIFTI_INVALID, NIFTI_TRUNCATED or NIFTI_UNSUPPORTED_TYPE, or INPUT_INVALID where the files are not one volume. */
export function inspectNifti(files: readonly InputFile[]): NiftiInfo {
  if (files.length === 0 || files.length > 2) {
    throw new ConchError("INPUT_INVALID", `A NIfTI input takes one file, or a .hdr with its .img, found ${files.length} files`, {
      data: { files: files.map((file) => file.name) },
    });
  }
  const heads = files.map((file) => firstBytes(file.bytes, HEADER_BYTES, file.name));
  const found = heads.findIndex((head) => recogniseHeader(head) !== undefined);
  const at = Math.max(found, 0);
  const file = files[at] as InputFile;
  const header = parseHeader(heads[at] as Uint8Array, file.name);
  const other = files[1 - at];
  if (header.pair && other === undefined) {
    throw new ConchError("INPUT_INVALID", `${file.name} is the header of a pair and holds no voxels: choose its .img file together with it`, {
      data: { files: [file.name] },
    });
  }
  if (!header.pair && other !== undefined) {
    throw new ConchError("INPUT_INVALID", `${file.name} is a whole NIfTI file, found ${other.name} beside it: choose one`, {
      data: { files: files.map((each) => each.name) },
    });
  }
  const best = bestAffine(header);
  return { header, best, frames: elementCount(header.shape.slice(3)), summary: summaryOf(header, best), voxels: other ?? file };
}

function loadVolume(info: NiftiInfo, target: InputTarget, options: DecodeOptions): Tensor {
  const { header, frames, voxels: file } = info;
  const [ni = 1, nj = 1, nk = 1] = header.shape;
  const rank = Math.min(header.shape.length, 3);
  const frame = chooseFrame(info, target, options);
  const count = frame === "all" ? frames : 1;
  const layout: VoxelLayout = {
    dataType: header.dataType,
    littleEndian: header.littleEndian,
    ni,
    nj,
    planes: nk * count,
    position: (plane) => (plane % nk) * count + Math.floor(plane / nk),
    ...(header.scaling === undefined ? {} : { scaling: header.scaling }),
    store: storeFor(target, header),
  };
  const data = readVoxels(file, header, layout, frame === "all" ? 0 : frame);
  const shape = header.shape.slice(0, rank);
  if (count > 1 || (header.shape.length > 3 && fitsDims([...shape, 1], target.dims))) shape.push(count);
  else while (shape.length < Math.min(3, target.dims.length)) shape.push(1);
  return { dataType: storedType(layout), shape, data };
}

function readVoxels(file: InputFile, header: NiftiHeader, layout: VoxelLayout, firstFrame: number): Tensor["data"] {
  const width = bytesPerElement(layout.dataType);
  const frameBytes = elementCount(header.shape.slice(0, 3)) * width;
  const start = header.voxOffset + firstFrame * frameBytes;
  const expected = layout.ni * layout.nj * layout.planes * width;
  // Counted without memory where the file cannot possibly hold what its header announces (deflate grows at most 1032-fold).
  const most = isGzip(file.bytes) ? file.bytes.byteLength * 1032 : file.bytes.byteLength;
  const sink = start + expected > most ? undefined : createVoxelSink(layout);
  let position = 0;
  const complete = streamBytes(file.bytes, file.name, (piece) => {
    const skip = Math.min(Math.max(start - position, 0), piece.byteLength);
    position += piece.byteLength;
    return sink !== undefined && sink.take(piece.subarray(skip));
  });
  if (!complete || sink === undefined) {
    const needed = start + expected;
    throw new ConchError(
      "NIFTI_TRUNCATED",
      `${file.name} ends too early: its header announces ${needed} bytes${isGzip(file.bytes) ? " unpacked" : ""}, found ${position}`,
      { data: { file: file.name, expected: needed, found: position } },
    );
  }
  return sink.data;
}

function chooseFrame({ frames, header, voxels }: NiftiInfo, target: InputTarget, options: DecodeOptions): number | "all" {
  const { frame } = options;
  const several = header.shape.slice(3).filter((size) => size > 1).length > 1;
  if (frames === 1) {
    if (frame === undefined || frame === "all" || frame === 0) return 0;
  } else if (frame === "all" || (frame === undefined && !several && fitsDims([...header.shape.slice(0, 3), frames], target.dims))) {
    if (!several) return "all";
    throw new ConchError("NIFTI_FRAME_NEEDED", `${voxels.name} has shape ${shapeText(header.shape)}: choose one of its ${frames} volumes, 0 to ${frames - 1}`, {
      data: { file: voxels.name, frames },
    });
  } else if (frame === undefined) {
    throw new ConchError(
      "NIFTI_FRAME_NEEDED",
      `${voxels.name} holds ${frames} frames, input "${target.name}" takes ${shapeText(target.dims)}: choose a frame, 0 to ${frames - 1}`,
      { data: { file: voxels.name, frames } },
    );
  }
  if (typeof frame === "number" && Number.isInteger(frame) && frame >= 0 && frame < frames) return frame;
  throw new ConchError("INPUT_INVALID", `${voxels.name} has no frame ${String(frame)}: expected 0 to ${frames - 1}`, {
    data: { file: voxels.name, frames, found: String(frame) },
  });
}

/** What to decode into, so that a following exact cast loses nothing. */
function storeFor(target: InputTarget, header: NiftiHeader): VoxelLayout["store"] {
  if (target.dataType === "TYPE_FP32") return "float32";
  if (target.dataType === "TYPE_FP64") return "float64";
  return header.scaling === undefined ? "native" : "float64";
}

/** Puts the sizes of 1 in front that dims ask for, such as a channel axis. */
function withChannels(tensor: Tensor, target: InputTarget, warnings: InputWarning[]): Tensor {
  const missing = target.dims.length - tensor.shape.length;
  if (missing <= 0 || target.dims.slice(0, missing).some((size) => size !== 1)) return tensor;
  warnings.push({ code: "INPUT_AXES_ADDED", message: `${missing} leading axis of size 1 was added to fit ${shapeText(target.dims)}` });
  return { ...tensor, shape: [...target.dims.slice(0, missing), ...tensor.shape] };
}

function unitWarnings(header: NiftiHeader): InputWarning[] {
  const unit = { 1: "metres", 3: "micrometres" }[header.spaceUnit];
  if (unit === undefined) return [];
  return [{ code: "NIFTI_UNITS", message: `The header gives distances in ${unit}; as MONAI does, they are taken for millimetres` }];
}

function summaryOf(header: NiftiHeader, best: BestAffine): InputFact[] {
  const facts: InputFact[] = [
    { name: "format", value: `NIfTI-${header.version}${header.pair ? " pair" : ""}${header.littleEndian ? "" : ", big-endian"}` },
    { name: "shape", value: header.shape.join(" × ") },
    { name: "voxelSize", value: `${voxelSize(best.affine).map((size) => Number(size.toPrecision(4))).join(" × ")} mm` },
    { name: "orientation", value: `${axisCodes(best.affine)} (${best.source})` },
    { name: "dataType", value: numpyName(header.dataType) },
  ];
  if (header.scaling !== undefined) facts.push({ name: "scaling", value: `× ${header.scaling.slope} + ${header.scaling.inter}` });
  return facts;
}
