import { withIds, type Finding } from "../findings.ts";
import { graphModel, type GraphModel } from "../ensemble/graph-model.ts";
import { ensembleFindings } from "../ensemble/rules.ts";
import { parseConfig } from "../model-config/decode.ts";
import { directoryFindings } from "../repository/versions.ts";
import type { RepositoryContent } from "./content.ts";
import type { TritonServer } from "./server.ts";
import type { ModelVerdict } from "./verdict.ts";

/** Loads repositories as a server would, remembering what did not change since the last call. */
export interface Loader {
  /** One verdict per model directory. Never throws, whatever the files hold. */
  load(content: RepositoryContent, server: TritonServer): ReadonlyMap<string, ModelVerdict>;
}

/** A loader that remembers nothing yet. */
export function createLoader(): Loader {
  return {
    load(content) {
      const models = new Map<string, GraphModel>();
      for (const [name, directory] of content.directories) {
        models.set(name, graphModel(directory, content.config(name) ?? parseConfig("", `${name}/config.pbtxt`)));
      }
      const verdicts = new Map<string, ModelVerdict>();
      for (const [name, directory] of content.directories) {
        const model = models.get(name);
        const parsed = model?.parsed;
        if (model === undefined || parsed === undefined) continue;
        const findings: Finding[] = [...parsed.diagnostics];
        if (parsed.valid) findings.push(...ensembleFindings(model, models), ...directoryFindings(directory, parsed));
        const first = findings.findIndex(({ severity }) => severity === "error");
        verdicts.set(name, {
          model: name,
          loads: first < 0,
          findings: withIds(findings.map((finding, index) => (index === first ? { ...finding, first: true } : finding))),
          config: model.config,
          completed: [],
          versions: model.versions ?? [],
        });
      }
      return verdicts;
    },
  };
}
