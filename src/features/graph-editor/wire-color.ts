import type { Severity } from "../../base/diagnostic.ts";
import type { DataType } from "../../tensor/data-type.ts";
import { dataTypeLook } from "../../ui/data-type-look.ts";

/** The colour of a wire: of its data type, unless an error is about it. */
export function wireColor(severity: Severity | undefined, dataType: DataType | undefined): string {
  if (severity === "error") return "var(--conch-error)";
  return dataType === undefined ? "var(--conch-type-invalid)" : dataTypeLook(dataType).color;
}
