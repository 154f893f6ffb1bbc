import type { SampleEntry } from "../../repositories/listing.ts";
import type { Language } from "../../state/settings.ts";
import { sampleMessages } from "../../ui/catalogue/gallery.messages.ts";

/** Title and line of a sample: from the catalogue for those that come with Conch, else from its README. */
export function sampleWords({ name, title, summary }: SampleEntry, language: Language): { readonly title: string; readonly line: string } {
  if (!(`${name}.title` in sampleMessages.en)) return { title, line: summary };
  const known = name as "spleen_ct" | "readability" | "image";
  return { title: sampleMessages[language][`${known}.title`], line: sampleMessages[language][`${known}.line`] };
}
