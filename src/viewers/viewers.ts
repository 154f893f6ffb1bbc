import type { ViewedTensor, Viewer } from "./viewer.ts";
import { acceptsVolume } from "./volume/volume-scene.ts";

/** Every viewer, the most telling first. To add one: a folder, and a line here. */
const VIEWERS: readonly Viewer[] = [
  { name: "volume", accepts: acceptsVolume, load: async () => (await import("./volume/volume.tsx")).Volume },
  { name: "raw", accepts: () => true, load: async () => (await import("./raw/raw-viewer.tsx")).RawViewer },
];

/** The viewers that can show a tensor, the one to begin with first. */
export function viewersFor(tensor: ViewedTensor, companions: readonly ViewedTensor[]): readonly Viewer[] {
  return VIEWERS.filter((viewer) => viewer.accepts(tensor, companions));
}
