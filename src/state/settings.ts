import { createStore } from "zustand/vanilla";
import { persist } from "zustand/middleware";

/** The languages of the interface. */
export type Language = "en" | "zh";

/** Choices of the user that outlive a visit. Kept in localStorage. */
export interface SettingsState {
  readonly language: Language;
  readonly colorScheme: "light" | "dark" | "auto";
  /** Whether wires always carry name and shape, or only under the pointer. */
  readonly wireLabels: "always" | "hover";
  setLanguage(language: Language): void;
  setColorScheme(colorScheme: SettingsState["colorScheme"]): void;
  setWireLabels(wireLabels: SettingsState["wireLabels"]): void;
}

/** The language to begin with: Chinese where the browser prefers it, else English. */
function preferredLanguage(languages: readonly string[]): Language {
  return languages[0]?.toLowerCase().startsWith("zh") === true ? "zh" : "en";
}

/** The settings of this browser. */
export const settings = createStore<SettingsState>()(
  persist(
    (set) => ({
      language: preferredLanguage(typeof navigator === "undefined" ? [] : navigator.languages),
      colorScheme: "auto",
      wireLabels: "always",
      setLanguage: (language) => set({ language }),
      setColorScheme: (colorScheme) => set({ colorScheme }),
      setWireLabels: (wireLabels) => set({ wireLabels }),
    }),
    { name: "conch-settings" },
  ),
);
