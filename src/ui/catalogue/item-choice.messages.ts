import { section } from "./section.ts";

/** The choice of an item in a batch. */
export const itemChoiceMessages = section(
  { batch: "Item of the batch", item: "Item", before: "Item before", next: "Next item", of: "Items of the batch: 0 to {last}" },
  { batch: "批次中的项", item: "项", before: "上一项", next: "下一项", of: "批次中的项：0 到 {last}" },
);
