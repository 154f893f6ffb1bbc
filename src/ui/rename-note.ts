import type { Language } from "../state/settings.ts";
import type { Renaming } from "../triton/language/rename.ts";
import { renameMessages } from "./catalogue/rename.messages.ts";
import { translator } from "./catalogue/section.ts";

/** What the new name would do, or why it cannot be. */
export function renameNote(result: Renaming, language: Language): string {
  const t = translator(renameMessages, language);
  if ("refused" in result) return result.refused === "empty" ? t("empty") : t("taken", { model: result.model });
  const warnings = result.warnings.map(({ kind, model }) => t(kind, { model }));
  return [t("places", { places: result.places, files: result.edits.length }), ...warnings].join(" ");
}
