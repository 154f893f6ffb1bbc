import type { DiagnosticSubject, Severity } from "../../../base/diagnostic.ts";
import type { GraphModel } from "../../ensemble/graph-model.ts";
import type { Finding } from "../../findings.ts";
import type { Path } from "../../pbtxt/path.ts";
import type { ModelDirectory } from "../../repository/repository.ts";
import type { RepositoryContent } from "../content.ts";
import type { TritonServer } from "../server.ts";

/** One model with what surrounds it, as advice looks at it. */
export interface AdviceCase {
  readonly directory: ModelDirectory;
  /** With its completed configuration. */
  readonly model: GraphModel;
  /** The models of its steps, and possibly others, with their completed configurations. */
  readonly models: ReadonlyMap<string, GraphModel>;
  readonly content: RepositoryContent;
  readonly server: TritonServer;
}

/** What Triton says nothing about. A `warning` where answers are wrong or requests fail, an `info` where something has no effect. */
export interface Advice {
  readonly code: string;
  readonly severity: Exclude<Severity, "error">;
  /** One sentence in lower case, as Triton's messages are. */
  readonly message: string;
  readonly hint: string;
  /** The first of these that the text has is marked. */
  readonly at: readonly Path[];
  readonly subject?: DiagnosticSubject;
  /** The file it is about, where that is not the model's config.pbtxt. */
  readonly file?: string;
}

/** The advice as a finding of a model's text, to show when requests run. */
export function advise({ model }: Pick<AdviceCase, "model">, { code, severity, message, hint, at, subject, file }: Advice): Finding {
  const range = file === undefined ? at.map((path) => model.parsed?.rangeOf(path)).find((found) => found !== undefined) : undefined;
  return {
    code,
    severity,
    stage: "request",
    model: model.name,
    file: file ?? model.parsed?.file ?? `${model.name}/config.pbtxt`,
    from: range?.from ?? 0,
    to: range?.to ?? 0,
    message,
    hint,
    ...(subject === undefined ? {} : { subject }),
  };
}
