import { IconAlertTriangleFilled, IconCircleXFilled, IconInfoCircleFilled } from "@tabler/icons-react";
import type { Severity } from "../base/diagnostic.ts";

const GLYPHS = { error: IconCircleXFilled, warning: IconAlertTriangleFilled, info: IconInfoCircleFilled };

/** Glyph and colour of a severity. With `label` it is an image of that name, else decorative. */
export function SeverityGlyph({ severity, size = 14, label }: { severity: Severity; size?: number; label?: string }) {
  const Glyph = GLYPHS[severity];
  const named = label === undefined ? { "aria-hidden": true as const } : { role: "img", "aria-label": label };
  return <Glyph size={size} style={{ color: `var(--conch-${severity})`, flex: "none" }} {...named} />;
}
