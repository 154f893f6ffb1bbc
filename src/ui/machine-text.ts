import type { Machine } from "../state/comparison.ts";
import type { Translate } from "./catalogue/section.ts";

/** What a comparison was measured on, in one line; a software adapter is named as such. The words are those of comparing placements. */
export function machineText({ adapter, software, browser, onnxruntime, threads }: Machine, t: Translate<"software" | "noWebgpu" | "ort" | "threads">): string {
  const where = adapter === null ? t("noWebgpu") : software ? `${adapter} (${t("software")})` : adapter;
  return [where, browser, ...(onnxruntime === null ? [] : [t("ort", { version: onnxruntime })]), t("threads", { count: threads })].join(" · ");
}
