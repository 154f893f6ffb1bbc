const APPLE = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

const APPLE_NAMES: Readonly<Record<string, string>> = { Mod: "⌘", Ctrl: "⌃", Shift: "⇧", Alt: "⌥", Enter: "↩" };

/** A key as this system writes it: "Mod" is "⌘" on Apple's, else "Ctrl". */
export function keyName(key: string, apple = APPLE): string {
  if (apple) return APPLE_NAMES[key] ?? key;
  return key === "Mod" ? "Ctrl" : key;
}

/** A combination in one string: "Ctrl+Shift+Z", "⌘⇧Z". */
export function keyNames(keys: readonly string[], apple = APPLE): string {
  return keys.map((key) => keyName(key, apple)).join(apple ? "" : "+");
}
