import type { Finding } from "../../findings.ts";
import { completedBatch } from "./completed-batch.ts";
import { emptyVersionFolders, misplacedConfigs } from "./folders.ts";
import { forestOutputs } from "./forest-outputs.ts";
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
  forestOutputs,
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
 * Where a server is silent about a model, or only logs, and users are hurt: warnings where answers are wrong or requests fail, infos where
 * something has no effect. A text that does not parse gets none. Reads, besides the model's own files, nothing but the models of its steps.
 */
export function adviceFindings(one: AdviceCase): Finding[] {
  return one.model.parsed?.valid === false ? [] : SUBJECTS.flatMap((subject) => subject(one));
}
