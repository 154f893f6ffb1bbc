import type { BatchLimit } from "../state/comparison-protocol.ts";
import { measuringMessages } from "./catalogue/measuring.messages.ts";
import { useMessages } from "./catalogue/section.ts";

interface BatchHintProps {
  /** How far batches go, in words. */
  readonly limit: string;
  readonly of: BatchLimit;
  /** Inputs whose elements are the items. */
  readonly lists: readonly string[];
}

/** What batch sizes mean for a model: how far they go, and what an item is where no batch dimension says it. */
export function BatchHint({ limit, of, lists }: BatchHintProps) {
  const t = useMessages(measuringMessages);
  const items = lists.length === 0 ? null : t("itemsOf", { inputs: lists.join(", ") });
  return <>{[Number.isFinite(of.limit) ? limit : null, items].filter((line) => line !== null).join(". ")}</>;
}
