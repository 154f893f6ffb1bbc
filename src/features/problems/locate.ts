import { SEVERITIES, type Diagnostic, type Severity } from "../../base/diagnostic.ts";

/** Line and column, both from 1; UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Places of offsets in a text, which is looked through once. An offset outside the text counts as its end. */
export function placesIn(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    const at = Math.min(offset, text.length);
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: at - starts[low]! + 1 };
  };
}

/** Where findings stand in the texts of their files; undefined for one in a file without text. */
export function placesOf(files: ReadonlyMap<string, { readonly text?: string }>): (finding: Diagnostic) => Place | undefined {
  const known = new Map<string, (offset: number) => Place>();
  return ({ file, from }) => {
    const text = files.get(file)?.text;
    if (text === undefined) return undefined;
    const places = known.get(file) ?? placesIn(text);
    known.set(file, places);
    return places(from);
  };
}

/** How many findings there are of each severity. */
export function countBySeverity(findings: readonly Diagnostic[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** Errors first, of them those that Triton reports, then warnings, then notes; else in the given order. */
export function bySeverity(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = ({ severity, first }: Diagnostic): number => 2 * SEVERITIES.indexOf(severity) - (first === true ? 1 : 0);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
