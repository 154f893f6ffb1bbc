import { NumberInput } from "@mantine/core";
import type { NamedFile } from "../../state/input-fit.ts";
import type { InputState } from "../../state/session.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";

/** Which frame of a file with several is taken; nothing for other files. */
export function FrameChoice({ state, onChoose }: { state: InputState | undefined; onChoose(files: readonly NamedFile[], frame: number): void }) {
  const t = useMessages(runMessages);
  const frames = framesOf(state);
  if (frames <= 1 || state?.source.kind !== "files") return null;
  const { files, frame } = state.source;
  return (
    <NumberInput
      size="xs"
      w={140}
      min={0}
      max={frames - 1}
      aria-label={t("frame")}
      placeholder={t("frameOf", { last: frames - 1 })}
      value={frame ?? ""}
      onChange={(value) => typeof value === "number" && onChoose(files, value)}
    />
  );
}

/** Frames of the file, also where decoding stopped because one has to be chosen. */
function framesOf(state: InputState | undefined): number {
  if (state?.decoded !== undefined) return state.decoded.frames;
  const frames = state?.error?.data.frames;
  return typeof frames === "number" ? frames : 1;
}
