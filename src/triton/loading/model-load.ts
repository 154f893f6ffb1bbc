import type { GraphModel } from "../ensemble/graph-model.ts";
import { createReporter, type Reporter } from "../ensemble/reporter.ts";
import type { Finding } from "../findings.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { ModelVersion } from "../repository/repository.ts";
import { initialiseBackend, instanceFindings } from "./backends/backends.ts";
import type { LoadPlace } from "./backends/load-place.ts";
import { libraryFindings, strategyFindings } from "./backend-library.ts";
import type { Completion, CompletionResult } from "./completion.ts";
import type { RepositoryContent } from "./content.ts";
import { crashFindings } from "./crashes.ts";
import { completeInstanceGroups } from "./instance-groups.ts";
import { ioFindings } from "./io-rules.ts";
import { labelFindings } from "./label-rules.ts";
import { modelFindings } from "./model-rules.ts";
import { normalize } from "./normalize.ts";
import { type PolledModel, refuse } from "./poll.ts";
import type { TritonServer } from "./server.ts";
import { schedulerFindings } from "./state-rules.ts";
import type { CompletedField } from "./verdict.ts";
import { warmupFindings } from "./warmup-rules.ts";

/** One version of a model as the server makes it. */
export interface LoadedVersion {
  readonly findings: readonly Finding[];
  readonly config: ModelConfig;
  /** What was filled in after the directory had been read. */
  readonly completed: readonly CompletedField[];
  /** True where the backend may add inputs and outputs that are not known here. */
  readonly open: boolean;
}

/**
 * Makes one version of a model that is no ensemble, as the server does: backend library, instance groups, the backend's own initialisation
 * and completion, the core's rules on the completed configuration, label files, batching strategy,
 * instances with warm-up, scheduler. It goes on behind an error as far as what follows still means something. `absent`: there is no
 * such version; only what needs none of its files is checked.
 */
export function loadVersion(polled: PolledModel, version: ModelVersion, content: RepositoryContent, server: TritonServer, absent: boolean): LoadedVersion {
  const findings: Finding[] = [];
  const completed: CompletedField[] = [];
  let config = polled.config;
  const model = (): GraphModel => ({ name: polled.directory.name, config, parsed: polled.parsed });
  const reporter = (): Reporter => createReporter(model(), "load", findings);
  const crash = (moment: "backend" | "scheduler"): void => void findings.push(...crashFindings(moment, model(), polled.directory, new Map()));
  const complete = (result: CompletionResult): void => {
    if ("error" in result) refuse(reporter(), result.error);
    else {
      config = result.config;
      completed.push(...result.completed);
    }
  };

  libraryFindings(reporter(), version, content, server);
  complete(completeInstanceGroups(config, server));
  crash("backend");
  const place: LoadPlace = { directory: polled.directory, version, content, server };
  const initialised = absent ? undefined : initialiseBackend(reporter(), place);
  if (initialised !== undefined) complete(afresh(initialised));
  modelFindings(reporter());
  ioFindings(reporter());
  labelFindings(reporter(), content);
  strategyFindings(reporter(), content);
  if (!absent) instanceFindings(reporter(), place);
  warmupFindings(reporter(), content);
  schedulerFindings(reporter(), content);
  crash("scheduler");
  return { findings, config, completed, open: absent || (initialised !== undefined && "open" in initialised) };
}

/** A backend's completion, with the defaults of what it added. */
function afresh(result: CompletionResult): CompletionResult {
  if ("error" in result) return result;
  const defaults: Completion = normalize(result.config);
  return { config: defaults.config, completed: [...result.completed, ...defaults.completed] };
}

/** What the server checks when it makes an ensemble whose steps fit: the core's rules once more, on what it knows by then, and label files. */
export function ensembleLoadFindings(model: GraphModel, content: RepositoryContent): Finding[] {
  const reporter = createReporter(model, "load");
  modelFindings(reporter);
  ioFindings(reporter);
  labelFindings(reporter, content);
  return reporter.findings;
}
