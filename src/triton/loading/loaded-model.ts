import { compositionFindings } from "../ensemble/composition-rules.ts";
import type { GraphModel } from "../ensemble/graph-model.ts";
import { createReporter } from "../ensemble/reporter.ts";
import { bySeverity, type Finding, withIds } from "../findings.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { ModelVersion } from "../repository/repository.ts";
import type { RepositoryContent } from "./content.ts";
import { crashFindings } from "./crashes.ts";
import { type Dependencies, dependencyFindings, type DependencyState } from "./dependencies.ts";
import { ensembleLoadFindings, loadVersion } from "./model-load.ts";
import type { PolledModel } from "./poll.ts";
import type { TritonServer } from "./server.ts";
import type { CompletedField, ModelVerdict } from "./verdict.ts";
import { versionFindings } from "./version-rules.ts";

/** A model after its load, successful or not. */
export interface LoadedModel extends DependencyState {
  readonly verdict: ModelVerdict;
}

/** What a model is loaded from, and among which others. */
interface LoadContext extends Dependencies {
  readonly content: RepositoryContent;
  readonly server: TritonServer;
  /** Every model as its directory reads. */
  readonly graphs: ReadonlyMap<string, GraphModel>;
}

/** What the repository manager makes of a model once it knows all directories. */
export function loadPolled(polled: PolledModel, context: LoadContext): LoadedModel {
  const { config } = polled;
  // Nothing can be said behind a text that does not parse, or of a model of which nothing tells the backend.
  if (!polled.parsed.valid || (config.backend === "" && config.platform !== "ensemble")) return conclude(polled, { config, findings: [], completed: [], versions: [] });
  return config.platform === "ensemble" ? loadEnsemble(polled, context) : loadModel(polled, context);
}

/** What the checks behind the reading of the directory gave. */
interface Outcome {
  readonly config: ModelConfig;
  readonly findings: readonly Finding[];
  readonly completed: readonly CompletedField[];
  readonly versions: readonly ModelVersion[];
  readonly open?: boolean;
  readonly invalid?: string | undefined;
  readonly unloaded?: string | undefined;
}

function loadModel(polled: PolledModel, { content, server }: LoadContext): LoadedModel {
  const { directory, config, parsed } = polled;
  const reporter = createReporter({ name: directory.name, config, parsed }, "dependencies", [...crashFindings("versions", { name: directory.name, config, parsed }, directory, new Map())]);
  const versions = versionFindings(reporter, directory);
  const noVersion = firstError(reporter.findings);
  // Where no version is, the rules that need none of its files still say something.
  const absent: ModelVersion = { number: 1, path: `${directory.name}/1`, files: [] };
  const latest = loadVersion(polled, versions.at(-1) ?? absent, content, server, versions.length === 0);
  const made = [...versions.slice(0, -1).map((version) => loadVersion(polled, version, content, server, false)), latest];
  const failures = versions.map((version, index) => unavailable(version, made[index]?.findings ?? [])).join("");
  return conclude(polled, {
    config: latest.config,
    findings: [...reporter.findings, ...made.flatMap(({ findings }) => findings)],
    completed: latest.completed,
    versions,
    open: latest.open,
    unloaded: noVersion ?? (failures === "" ? undefined : failures),
  });
}

function loadEnsemble(polled: PolledModel, context: LoadContext): LoadedModel {
  const { directory, parsed } = polled;
  const graph: GraphModel = { name: directory.name, config: polled.config, parsed };
  const reporter = createReporter(graph, "dependencies", [...crashFindings("graph", graph, directory, context.graphs)]);
  const { findings } = reporter;
  const { circular } = dependencyFindings(reporter, context);
  const { decoupled } = circular
    ? { decoupled: false }
    : compositionFindings(reporter, (name) => (context.polled(name)?.refused === false ? context.load(name)?.graph : undefined));
  const invalid = firstError(findings);
  const config: ModelConfig = { ...polled.config, model_transaction_policy: { decoupled } };
  findings.push(...crashFindings("versions", graph, directory, context.graphs));
  const versions = versionFindings(reporter, directory);
  const noVersion = invalid === undefined ? firstError(findings) : undefined;
  const loading = ensembleLoadFindings({ name: directory.name, config, parsed }, context.content);
  const failures = versions.map((version) => unavailable(version, loading)).join("");
  return conclude(polled, {
    config,
    findings: [...findings, ...loading],
    completed: [{ path: ["model_transaction_policy", "decoupled"], reason: `An ensemble is decoupled where one of its steps is; ${decoupled ? "one" : "none"} is.` }],
    versions,
    invalid,
    unloaded: noVersion ?? (failures === "" ? undefined : failures),
  });
}

function firstError(findings: readonly Finding[]): string | undefined {
  return findings.find(({ severity }) => severity === "error")?.message;
}

/** How the server says that a version failed; "" where it did not. */
function unavailable({ number }: ModelVersion, findings: readonly Finding[]): string {
  const message = firstError(findings);
  return message === undefined ? "" : `version ${number} is at UNAVAILABLE state: ${message};`;
}

/** The verdict: errors in the server's order with the first of them marked, then warnings, then infos; each said once. */
function conclude(polled: PolledModel, { config, findings, completed, versions, open, invalid, unloaded }: Outcome): LoadedModel {
  const { directory, parsed } = polled;
  // The server checks much twice, the second time with a status code in front.
  const seen = new Set<string>();
  const once = [...polled.findings, ...findings].filter((finding) => {
    const key = `${finding.code} ${finding.from} ${finding.to} ${finding.message.replace(/^Invalid argument: /, "")}`;
    return !seen.has(key) && seen.add(key);
  });
  const sorted = bySeverity(once);
  const loads = sorted[0]?.severity !== "error";
  const ready = loads ? versions.map(({ number }) => number) : [];
  return {
    graph: { name: directory.name, config, parsed, versions: ready, ...(open === undefined ? {} : { open }) },
    invalid,
    unloaded,
    verdict: {
      model: directory.name,
      loads,
      findings: withIds(sorted.map((finding, index) => (index === 0 && !loads ? { ...finding, first: true } : finding))),
      config,
      completed: [...polled.completed, ...completed],
      versions: ready,
    },
  };
}
