import type { DiagnosticSubject, Fix, Severity } from "../../base/diagnostic.ts";
import type { Finding } from "../findings.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { findPath, type Path, scalarOf } from "../pbtxt/path.ts";
import type { TextRange } from "../pbtxt/tree.ts";
import type { GraphModel } from "./graph-model.ts";

/**
 * Where in the server a check runs, which decides how its words reach the user: while the directory is read ("poll", bare words), among the
 * models of the repository ("dependencies", bare words, at load), or while the model itself is created ("load", behind a status code).
 */
export type Phase = "poll" | "dependencies" | "load";

/** The status code in front of an error of the phase "load"; "" where the message has it already. */
type Status = "Invalid argument" | "Internal" | "Not found" | "Unsupported" | "";

/** What a finding says besides its message. */
export interface FindingMore {
  hint?: string | undefined;
  fix?: Fix | undefined;
  subject?: DiagnosticSubject | undefined;
  /** Default: "error". */
  severity?: Severity;
  /** Default: "Invalid argument". */
  status?: Status;
}

/** Makes findings about one model, placed in its text. */
export interface Reporter {
  readonly model: GraphModel;
  readonly config: ModelConfig;
  /** `at`: the field concerned; where the text does not have it, the nearest message around it that it does have. */
  add(code: string, message: string, at: Path | TextRange | undefined, more?: FindingMore): void;
  /** A fix that puts `text` in the place of a range, for a name that was probably meant; undefined where there is none. */
  replacement(range: TextRange | undefined, name: string | undefined): { hint: string; fix: Fix } | undefined;
  /** Range of a map entry's key. */
  keyRange(step: number, map: "input_map" | "output_map", key: string): TextRange | undefined;
  readonly findings: Finding[];
}

/** A reporter for the checks of one phase, without findings or adding to those given. */
export function createReporter(model: GraphModel, phase: Phase = "poll", findings: Finding[] = []): Reporter {
  const { parsed, config } = model;
  const file = parsed?.file ?? `${model.name}/config.pbtxt`;
  const rangeOf = (at: Path | TextRange | undefined): TextRange => {
    if (at === undefined) return { from: 0, to: 0 };
    if ("from" in at) return at;
    for (let length = at.length; length > 0; length--) {
      const range = parsed?.rangeOf(at.slice(0, length));
      if (range !== undefined) return range;
    }
    return { from: 0, to: 0 };
  };
  return {
    model,
    config,
    findings,
    add(code, message, at, { hint, fix, subject, severity = "error", status = "Invalid argument" } = {}) {
      findings.push({
        code,
        severity,
        stage: phase === "poll" ? "poll" : "load",
        model: model.name,
        file,
        ...rangeOf(at),
        message: phase === "load" && severity === "error" && status !== "" ? `${status}: ${message}` : message,
        ...(hint === undefined ? {} : { hint }),
        ...(fix === undefined ? {} : { fix }),
        ...(subject === undefined ? {} : { subject }),
      });
    },
    replacement(range, name) {
      if (range === undefined || name === undefined || parsed === undefined) return undefined;
      const quote = parsed.text.charAt(range.from) === "'" ? "'" : '"';
      return {
        hint: `Did you mean ${name}?`,
        fix: {
          title: `Change to ${name}`,
          edits: [{ path: file, edits: [{ from: range.from, to: range.to, insert: quote + name + quote }] }],
        },
      };
    },
    keyRange(step, map, key) {
      if (parsed === undefined) return undefined;
      const entry = findPath(parsed.tree.root, ["ensemble_scheduling", "step", step, map, key])?.entry?.value;
      if (entry?.kind !== "message" || scalarOf(entry, "key") === undefined) return undefined;
      return findPath(entry, ["key"])?.value;
    },
  };
}
