import { createReporter, type Reporter } from "../ensemble/reporter.ts";
import type { Finding } from "../findings.ts";
import { parseConfig, type ParsedConfig } from "../model-config/decode.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { ModelDirectory } from "../repository/repository.ts";
import { completeBackendFields } from "./backend-fields.ts";
import type { Refusal } from "./completion.ts";
import { crashFindings } from "./crashes.ts";
import { ioFindings } from "./io-rules.ts";
import { modelFindings } from "./model-rules.ts";
import { normalize } from "./normalize.ts";
import type { TritonServer } from "./server.ts";
import type { CompletedField } from "./verdict.ts";

/** A model directory as the server knows it once it has read it, before it looks at any other model or at the model's files. */
export interface PolledModel {
  readonly directory: ModelDirectory;
  /** Of an empty text where the directory has no config.pbtxt. */
  readonly parsed: ParsedConfig;
  /** With backend, platform, file name and defaults filled in. */
  readonly config: ModelConfig;
  readonly completed: readonly CompletedField[];
  readonly findings: readonly Finding[];
  /** True where the server passes the directory over from here on. */
  readonly refused: boolean;
}

/** Reads a directory as the server's repository manager does: text, backend fields, defaults, rules, directory name, in this order. */
export function pollModel(directory: ModelDirectory, written: ParsedConfig | undefined, server: TritonServer): PolledModel {
  const file = `${directory.name}/config.pbtxt`;
  const parsed = written ?? parseConfig("", file);
  const findings: Finding[] = [...parsed.diagnostics];
  const polled = (config: ModelConfig, completed: readonly CompletedField[]): PolledModel => ({
    directory,
    parsed,
    config,
    completed,
    findings,
    refused: findings.some(({ severity }) => severity === "error"),
  });
  if (!parsed.valid) return polled(parsed.config, []);
  const reporterFor = (config: ModelConfig): Reporter => createReporter({ name: directory.name, config, parsed }, "poll", findings);
  if (written === undefined && !server.autoComplete) {
    reporterFor(parsed.config).add("CONFIG_MISSING", `failed to open text file for read ${file}: No such file or directory`, undefined, {
      hint: "This server completes no configuration: write a config.pbtxt.",
    });
    return polled(parsed.config, []);
  }
  agentFindings(reporterFor(parsed.config), server);
  findings.push(...crashFindings("read", { name: directory.name, config: parsed.config, parsed }, directory, new Map()));

  const backend = completeBackendFields(directory, parsed.config);
  if ("error" in backend) {
    refuse(reporterFor(parsed.config), backend.error);
    return polled(parsed.config, []);
  }
  const { config, completed } = normalize(backend.config);
  const reporter = reporterFor(config);
  modelFindings(reporter);
  if (!server.autoComplete) ioFindings(reporter);
  if (config.name !== directory.name) {
    const message = `unexpected directory name '${directory.name}' for model '${config.name}', directory name must equal model name`;
    reporter.add("REPOSITORY_NAME", message, ["name"], { hint: `Write name: "${directory.name}", or leave the name out.` });
  }
  return polled(config, [...backend.completed, ...completed]);
}

/** Repository agents work on a directory before the server reads its configuration any further. */
function agentFindings(reporter: Reporter, { repositoryAgents }: TritonServer): void {
  for (const [index, { name }] of (reporter.config.model_repository_agents?.agents ?? []).entries()) {
    if (repositoryAgents === undefined || repositoryAgents.has(name)) continue;
    const message = `unable to find 'libtritonrepoagent_${name}.so' for repo agent '${name}', searched: <backends>`;
    reporter.add("AGENT_NOT_INSTALLED", message, ["model_repository_agents", "agents", index], { hint: `This server has no repository agent ${name}.` });
  }
}

/** Adds a refusal that carries the server's status code already. */
export function refuse(reporter: Reporter, { code, message, path, hint }: Refusal): void {
  reporter.add(code, message, path.length === 0 ? undefined : path, { hint, status: "" });
}
