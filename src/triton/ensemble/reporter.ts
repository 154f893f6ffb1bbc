import type { DiagnosticSubject, Fix } from "../../base/diagnostic.ts";
import type { Finding } from "../findings.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { findPath, type Path, scalarOf } from "../pbtxt/path.ts";
import type { TextRange } from "../pbtxt/tree.ts";
import type { GraphModel } from "./graph-model.ts";

/** Makes findings about one ensemble, placed in its text. */
export interface Reporter {
  readonly model: GraphModel;
  readonly config: ModelConfig;
  add(
    code: string,
    message: string,
    at: Path | TextRange | undefined,
    more?: { hint?: string | undefined; fix?: Fix | undefined; subject?: DiagnosticSubject; load?: boolean },
  ): void;
  /** A fix that puts `text` in the place of a range, for a name that was probably meant; undefined where there is none. */
  replacement(range: TextRange | undefined, name: string | undefined): { hint: string; fix: Fix } | undefined;
  /** Range of a map entry's key. */
  keyRange(step: number, map: "input_map" | "output_map", key: string): TextRange | undefined;
  readonly findings: Finding[];
}

/** A reporter without findings. */
export function createReporter(model: GraphModel): Reporter {
  const { parsed, config } = model;
  const file = parsed?.file ?? `${model.name}/config.pbtxt`;
  const findings: Finding[] = [];
  const rangeOf = (at: Path | TextRange | undefined): TextRange => {
    if (at === undefined) return { from: 0, to: 0 };
    return "from" in at ? at : (parsed?.rangeOf(at) ?? { from: 0, to: 0 });
  };
  return {
    model,
    config,
    findings,
    add(code, message, at, { hint, fix, subject, load } = {}) {
      findings.push({
        code,
        severity: "error",
        stage: load === true ? "load" : "poll",
        model: model.name,
        file,
        ...rangeOf(at),
        message,
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
