/** Whole numbers from 1 as typed, by commas or spaces: ascending and each once; null for anything else. */
export function wholeNumbers(text: string): number[] | null {
  const parts = text.split(/[\s,，]+/).filter((part) => part !== "");
  if (parts.length === 0 || parts.some((part) => !/^[1-9]\d{0,5}$/.test(part))) return null;
  return [...new Set(parts.map(Number))].sort((a, b) => a - b);
}
