import type { SetResult, Stop } from "../../state/comparison.ts";
import { BUILT_IN_SETS, type PlacementSet } from "../../state/placement-sets.ts";
import type { Translate } from "../../ui/catalogue/section.ts";
import type { placementsMessages } from "../../ui/catalogue/placements.messages.ts";

/** The texts of this feature in the reader's language. */
export type Words = Translate<keyof typeof placementsMessages.en>;

/** What a set does, in words. */
export function setText({ name, placements }: PlacementSet, t: Words): string {
  const builtIn = BUILT_IN_SETS.find((each) => each === name);
  if (builtIn !== undefined) return t(`set-${builtIn}`);
  return Object.entries(placements).map(([model, kind]) => `${model} ${kind === "gpu" ? "WebGPU" : "CPU"}`).join(", ");
}

/** Why sets were measured no further, one line per reason. */
export function stopTexts(sets: readonly SetResult[], t: Words): string[] {
  const byReason = new Map<string, { readonly stop: Stop; readonly names: string[] }>();
  for (const { set, stop } of sets) {
    if (stop === null) continue;
    const key = JSON.stringify(stop);
    const entry = byReason.get(key) ?? { stop, names: [] };
    entry.names.push(set.name);
    byReason.set(key, entry);
  }
  return [...byReason.values()].map(({ stop: { reason, batch, code, message }, names }) => {
    const coded = code === null || reason === "cancelled" ? message : `${message} [${code}]`;
    return t(`stop-${reason}`, { sets: names.join(", "), batch, message: coded });
  });
}

/** A difference with two figures: "1.2e-7"; "0" for none. */
export function differenceText(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}

/** A number with two figures: "12", "0.02". */
export function numberText(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

/** Items per second with three figures. */
export function rateText(perSecond: number): string {
  return perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toPrecision(3);
}
