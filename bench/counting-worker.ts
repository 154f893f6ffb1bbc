// The worker that runs models, with a count of the buffers that anybody in it maps for reading.
import "../src/runtime/worker.ts";

/** Page → worker: "take". Worker → page: what was mapped since. */
export type MapMessage = { readonly kind: "take" } | { readonly kind: "count"; readonly maps: number; readonly bytes: number };

let maps = 0;
let bytes = 0;

const channel = new BroadcastChannel(self.name);
channel.addEventListener("message", ({ data }: MessageEvent<MapMessage>) => {
  if (data.kind !== "take") return;
  channel.postMessage({ kind: "count", maps, bytes } satisfies MapMessage);
  maps = 0;
  bytes = 0;
});

if ("GPUBuffer" in globalThis) {
  const original = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function mapAsync(this: GPUBuffer, mode, offset, size) {
    if (mode === GPUMapMode.READ) {
      maps++;
      bytes += size ?? this.size - (offset ?? 0);
    }
    return original.call(this, mode, offset, size);
  };
}
