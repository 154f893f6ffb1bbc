import type { CpuTransform } from "../transform.ts";
import { copiedItems, type CopyItemsParameters } from "./spec.ts";

/** CopyItemsd. No element is copied: entries are never written to, so the copies share them. */
export const copyItemsCpu: CpuTransform<CopyItemsParameters> = (parameters, keys, dictionary) => copiedItems(parameters, keys, dictionary);
