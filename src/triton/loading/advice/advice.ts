import type { GraphModel } from "../../ensemble/graph-model.ts";
import type { Finding } from "../../findings.ts";
import type { RepositoryContent } from "../content.ts";
import type { TritonServer } from "../server.ts";
import { completedBatch } from "./completed-batch.ts";
import { emptyVersionFolders, misplacedConfigs } from "./folders.ts";
import { hostCopies } from "./host-copies.ts";
import { ignoredFields } from "./ignored-fields.ts";
import { labelFiles } from "./label-files.ts";
import { metricFamilies } from "./metric-families.ts";
import { omittedVersions } from "./model-version.ts";
import { optionalInputs } from "./optional-inputs.ts";
import type { AdviceCase } from "./report.ts";
import { starvingRequests } from "./requested-outputs.ts";
import { hiddenContradictions, unbatchedSteps } from "./step-shapes.ts";
import { namesByCase, overwrittenInputs, repeatedNames } from "./tensor-names.ts";

/** In the order in which a model's advice is listed. */
const SUBJECTS: readonly ((one: AdviceCase) => Finding[])[] = [
  misplacedConfigs,
  omittedVersions,
  repeatedNames,
  overwrittenInputs,
  hiddenContradictions,
  unbatchedSteps,
  optionalInputs,
  starvingRequests,
  completedBatch,
  labelFiles,
  metricFamilies,
  ignoredFields,
  namesByCase,
  hostCopies,
  emptyVersionFolders,
];

/**
 * Where a server is silent, or only logs, and users are hurt: warnings where answers are wrong or requests fail, infos where something
 * has no effect. `models` have their completed configurations. A text that does not parse gets none.
 */
export function adviceFindings(content: RepositoryContent, models: ReadonlyMap<string, GraphModel>, server: TritonServer): Finding[] {
  return [...content.directories].flatMap(([name, directory]) => {
    const model = models.get(name);
    if (model === undefined || model.parsed?.valid === false) return [];
    return SUBJECTS.flatMap((subject) => subject({ directory, model, models, content, server }));
  });
}
