import { acceptsPicture } from "./picture/picture-scene.ts";
import { acceptsScores } from "./scores/class-scores.ts";
import { acceptsText } from "./text/text-elements.ts";
import type { ViewedTensor, Viewer } from "./viewer.ts";
import { acceptsVolume } from "./volume/volume-scene.ts";

/** Every viewer, the most telling first. To add one: a folder, and a line here. */
const VIEWERS: readonly Viewer[] = [
  { name: "volume", accepts: acceptsVolume, load: async () => (await import("./volume/volume.tsx")).Volume },
  { name: "picture", accepts: acceptsPicture, load: async () => (await import("./picture/picture.tsx")).Picture },
  { name: "scores", accepts: acceptsScores, load: async () => (await import("./scores/scores.tsx")).Scores },
  { name: "text", accepts: acceptsText, load: async () => (await import("./text/text.tsx")).Texts },
  { name: "raw", accepts: () => true, load: async () => (await import("./raw/raw-viewer.tsx")).RawViewer },
];

/** The viewers that can show a tensor, the one to begin with first; those that also can come last. */
export function viewersFor(tensor: ViewedTensor, companions: readonly ViewedTensor[]): readonly Viewer[] {
  const answers = VIEWERS.map((viewer) => ({ viewer, accepted: viewer.accepts(tensor, companions) }));
  return [true, "also"].flatMap((wanted) => answers.filter(({ accepted }) => accepted === wanted).map(({ viewer }) => viewer));
}
