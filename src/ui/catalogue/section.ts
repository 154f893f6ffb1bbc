import { useStore } from "zustand";
import type { Wording } from "../../state/commands.ts";
import { settings, type Language } from "../../state/settings.ts";

/** The messages of one feature in every language. Texts may hold placeholders: "{count} files". */
export interface Section<Key extends string> {
  readonly en: Readonly<Record<Key, string>>;
  readonly zh: Readonly<Record<Key, string>>;
}

/** A text by key, its placeholders filled in. */
export type Translate<Key extends string> = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

/** Declares the messages of a feature. English gives the keys; Simplified Chinese must have every one of them, or it does not compile. */
export function section<const Key extends string>(en: Record<Key, string>, zh: Record<NoInfer<Key>, string>): Section<Key> {
  return { en, zh };
}

/** Texts of a section in one language. */
export function translator<Key extends string>(messages: Section<Key>, language: Language): Translate<Key> {
  return (key, values) => messages[language][key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values?.[name] ?? whole));
}

/** A text of a section, whose language is chosen later. */
export function wording<Key extends string>(messages: Section<Key>, key: NoInfer<Key>, values?: Readonly<Record<string, string | number>>): Wording {
  return (language) => translator(messages, language)(key, values);
}

/** Texts of a section in the language of the settings; the component renders again when it changes. */
export function useMessages<Key extends string>(messages: Section<Key>): Translate<Key> {
  const language = useStore(settings, (state) => state.language);
  return translator(messages, language);
}
