import type { StepPhase, StepProgress } from "../runtime/protocol.ts";
import type { Translate } from "./catalogue/section.ts";

/** What a step is doing, with the server that it waits for or the part that is loaded. */
export function phaseText(phase: StepPhase, progress: StepProgress | undefined, p: Translate<StepPhase | "waitingFor" | "loadingPart">): string {
  if (phase === "waiting") return p("waitingFor", { server: progress?.server ?? "" });
  if (phase === "loading" && progress?.fraction !== undefined) return p("loadingPart", { percent: Math.floor(100 * progress.fraction) });
  return p(phase);
}
