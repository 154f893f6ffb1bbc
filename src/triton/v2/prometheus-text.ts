// The text format of Prometheus, version 0.0.4: a line is a comment, a HELP or TYPE of a family, or a sample.

/** All samples of one metric. */
export interface MetricFamily {
  readonly name: string;
  /** Undefined where the page says none. */
  readonly help: string | undefined;
  readonly type: MetricType;
  readonly samples: readonly MetricSample[];
}

/** Kinds of metric; untyped where the page does not say. */
export type MetricType = "counter" | "gauge" | "histogram" | "summary" | "untyped";

/** One number. Its name is the family's, or that with _bucket, _sum or _count for a histogram or summary. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Milliseconds since 1970, where the page has it. */
  readonly timestamp?: number;
}

/** A line that does not fit the format. */
export interface MetricProblem {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

interface OpenFamily {
  name: string;
  help: string | undefined;
  type: MetricType;
  samples: MetricSample[];
}

const COMMENT = /^#\s*(HELP|TYPE)\s+([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\s(.*))?$/;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"([^"\\]*(?:\\.[^"\\]*)*)"\s*(,?)/y;
const NUMBERS = /^\s*(\S+)(?:\s+(-?\d+))?\s*$/;
const TYPES: ReadonlySet<string> = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);

/** The families of a page, in its order, or the first line that does not fit. */
export function readMetrics(text: string): { readonly families: readonly MetricFamily[] } | { readonly problem: MetricProblem } {
  const families = new Map<string, OpenFamily>();
  const familyOf = (name: string): OpenFamily => {
    const known = families.get(name);
    if (known !== undefined) return known;
    const made: OpenFamily = { name, help: undefined, type: "untyped", samples: [] };
    families.set(name, made);
    return made;
  };
  for (const [index, line] of text.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    if (trimmed.startsWith("#")) {
      comment(trimmed, familyOf);
      continue;
    }
    const sample = sampleOf(trimmed);
    if (sample === undefined) return { problem: { line: index + 1, text: trimmed.slice(0, 200) } };
    familyOf(ownerOf(sample.name, families)).samples.push(sample);
  }
  return { families: [...families.values()] };
}

function comment(line: string, familyOf: (name: string) => OpenFamily): void {
  const [, kind, name, rest = ""] = COMMENT.exec(line) ?? [];
  if (name === undefined) return;
  if (kind === "HELP") familyOf(name).help = rest.replace(/\\(\\|n)/g, (_, escaped: string) => (escaped === "n" ? "\n" : "\\"));
  else if (TYPES.has(rest.trim())) familyOf(name).type = rest.trim() as MetricType;
}

/** The family that a sample belongs to: one of its parts where that is known to have parts. */
function ownerOf(name: string, families: ReadonlyMap<string, OpenFamily>): string {
  if (families.has(name)) return name;
  const base = name.replace(/_(?:bucket|sum|count)$/, "");
  const type = families.get(base)?.type;
  return type === "histogram" || type === "summary" ? base : name;
}

function sampleOf(line: string): MetricSample | undefined {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return undefined;
  let at = name.length;
  while (line[at] === " " || line[at] === "\t") at++;
  const labels: [string, string][] = [];
  if (line[at] === "{") {
    at++;
    for (let more = true; more; ) {
      LABEL.lastIndex = at;
      const [all = "", label = "", value = "", comma] = LABEL.exec(line) ?? [];
      if (all === "") break;
      labels.push([label, value.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped))]);
      at += all.length;
      more = comma === ",";
    }
    while (line[at] === " " || line[at] === "\t") at++;
    if (line[at++] !== "}") return undefined;
  }
  const [, number, timestamp] = NUMBERS.exec(line.slice(at)) ?? [];
  const value = number === undefined ? undefined : numberOf(number);
  if (value === undefined) return undefined;
  return { name, labels: Object.fromEntries(labels), value, ...(timestamp === undefined ? {} : { timestamp: Number(timestamp) }) };
}

function numberOf(text: string): number | undefined {
  if (/^nan$/i.test(text)) return NaN;
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}
