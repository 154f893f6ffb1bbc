import type { SessionStore } from "../state/session.ts";
import type { TensorHandle, TensorSummary } from "../runtime/protocol.ts";
import type { TensorData } from "../tensor/data-type.ts";
import type { LabelMap } from "../tensor/label-map.ts";
import type { LabelMask } from "../tensor/label-mask.ts";
import type { PictureLayout } from "../tensor/picture-layout.ts";
import type { PicturePixels } from "../tensor/picture-pixels.ts";
import type { IntensityVoxels } from "../tensor/volume-voxels.ts";
import type { LoadOptions } from "./viewer.ts";

/** Reads tensors of the worker, each at most once while its handle is in use. What failed is asked again. */
export interface TensorAccess {
  summary(handle: TensorHandle): Promise<TensorSummary>;
  data(handle: TensorHandle): Promise<TensorData>;
  /** Options count for the call that asks the worker. */
  intensities(handle: TensorHandle, options: LoadOptions): Promise<IntensityVoxels>;
  /** A run places a tensor once, so that `affine` is the same each time. */
  labels(handle: TensorHandle, affine: readonly number[], options: LoadOptions): Promise<LabelMap | null>;
  /** A tensor has one layout of its pictures. */
  picture(handle: TensorHandle, item: number, layout: PictureLayout): Promise<PicturePixels>;
  /** The same for its masks. */
  mask(handle: TensorHandle, item: number, layout: PictureLayout): Promise<LabelMask | null>;
}

/** The access of a session. */
export function createTensorAccess(session: Pick<SessionStore, "read" | "summarize" | "intensities" | "labels" | "picture" | "mask">): TensorAccess {
  return {
    summary: remembering((handle) => session.summarize(handle)),
    data: remembering((handle) => session.read(handle)),
    intensities: remembering(async (handle, options: LoadOptions) => (await session.intensities(handle, options)).voxels),
    labels: remembering((handle, affine: readonly number[], options: LoadOptions) => session.labels(handle, affine, options)),
    picture: rememberingItems((handle, item, layout) => session.picture(handle, layout, item)),
    mask: rememberingItems((handle, item, layout) => session.mask(handle, layout, item)),
  };
}

function remembering<Value, Rest extends readonly unknown[]>(ask: (handle: TensorHandle, ...rest: Rest) => Promise<Value>): (handle: TensorHandle, ...rest: Rest) => Promise<Value> {
  const known = new WeakMap<TensorHandle, Promise<Value>>();
  return (handle, ...rest) => {
    const before = known.get(handle);
    if (before !== undefined) return before;
    const answer = ask(handle, ...rest);
    known.set(handle, answer);
    answer.catch(() => known.delete(handle));
    return answer;
  };
}

/** The same for each item of a tensor by itself. */
function rememberingItems<Value>(ask: (handle: TensorHandle, item: number, layout: PictureLayout) => Promise<Value>) {
  const known = new WeakMap<TensorHandle, Map<number, Promise<Value>>>();
  return (handle: TensorHandle, item: number, layout: PictureLayout): Promise<Value> => {
    const items = known.get(handle) ?? new Map<number, Promise<Value>>();
    known.set(handle, items);
    const before = items.get(item);
    if (before !== undefined) return before;
    const answer = ask(handle, item, layout);
    items.set(item, answer);
    answer.catch(() => items.delete(item));
    return answer;
  };
}
