import type { Finding } from "../findings.ts";
import type { GraphModel } from "../ensemble/graph-model.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import type { TextRange } from "../pbtxt/tree.ts";
import type { ModelDirectory } from "../repository/repository.ts";

/**
 * Where in a load the server process dies, in the order of a load: while it reads the directory (before its checks of the text), while
 * it walks the graph of ensembles, while it lists the version folders, while the backend initialises the model (before the checks of
 * the completed configuration), and while it makes the scheduler (after all other checks).
 */
export type CrashMoment = "read" | "graph" | "versions" | "backend" | "scheduler";

/**
 * What a server 2.70 does not refuse but dies of, at one moment of loading `model`. A server that has met an error before that moment
 * does not get there. `model.config` is the completed configuration, as far as it came. Recorded from a running server; the integers of the
 * ONNX Runtime backend from its source: it catches what is no number, as the identity backend does not, and as little what is too large.
 */
export function crashFindings(moment: CrashMoment, model: GraphModel, directory: ModelDirectory, models: ReadonlyMap<string, GraphModel>): Finding[] {
  switch (moment) {
    case "read":
      return emptyAgents(model);
    case "graph":
      return belowCycle(model, models);
    case "versions":
      return versionFolders(model, directory);
    case "backend":
      return model.config.backend === "" ? [] : [...batchOutputs(model), ...identityNumbers(model), ...onnxIntegers(model)];
    case "scheduler":
      return candidates(model);
  }
}

type Signal = "SIGSEGV" | "SIGABRT";

interface Crash {
  code: string;
  signal: Signal;
  stage: "poll" | "load";
  /** "while it reads the directory": the moment in words. */
  when: string;
  /** What it dies of. */
  cause: string;
  hint: string;
  at: Path | TextRange;
  step?: number;
}

function crash(model: GraphModel, { code, signal, stage, when, cause, hint, at, step }: Crash): Finding {
  const range = "from" in at ? at : (model.parsed?.rangeOf(at) ?? { from: 0, to: 0 });
  return {
    code,
    severity: "error",
    stage,
    model: model.name,
    file: model.parsed?.file ?? `${model.name}/config.pbtxt`,
    from: range.from,
    to: range.to,
    message: `Triton 2.70 crashes on this (${signal} ${when}): ${cause}`,
    hint,
    ...(step === undefined ? {} : { subject: { step } }),
  };
}

/** The server takes the last of the agents without looking whether there is one. */
function emptyAgents(model: GraphModel): Finding[] {
  const { model_repository_agents: agents } = model.config;
  if (agents === undefined || agents.agents.length > 0) return [];
  return [
    crash(model, {
      code: "CRASH_EMPTY_AGENTS",
      signal: "SIGSEGV",
      stage: "poll",
      when: "while it reads the directory",
      cause: "model_repository_agents names no agent",
      hint: "Remove model_repository_agents, or name an agent in it.",
      at: ["model_repository_agents"],
    }),
  ];
}

/** An ensemble that leads into a cycle without being part of it; the members of the cycle are refused as such. */
function belowCycle(model: GraphModel, models: ReadonlyMap<string, GraphModel>): Finding[] {
  const steps = model.config.ensemble_scheduling?.step ?? [];
  if (reached(model, models).has(model.name)) return [];
  const index = steps.findIndex(({ model_name }) => {
    const target = models.get(model_name);
    if (target === undefined) return false;
    const behind = reached(target, models);
    return [model_name, ...behind].some((name) => {
      const one = models.get(name);
      return one !== undefined && reached(one, models).has(name);
    });
  });
  if (index < 0) return [];
  return [
    crash(model, {
      code: "CRASH_BELOW_CYCLE",
      signal: "SIGSEGV",
      stage: "load",
      when: "while it walks the graph of ensembles",
      cause: `step ${index}, '${steps[index]?.model_name}', leads into a circle of ensembles`,
      hint: "Break the circle before this ensemble is loaded.",
      at: ["ensemble_scheduling", "step", index, "model_name"],
      step: index,
    }),
  ];
}

/** Names of all models that the steps of an ensemble lead to, at any depth. */
function reached(model: GraphModel, models: ReadonlyMap<string, GraphModel>): Set<string> {
  const seen = new Set<string>();
  const queue = [model];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    for (const { model_name } of current.config.ensemble_scheduling?.step ?? []) {
      if (seen.has(model_name)) continue;
      seen.add(model_name);
      const next = models.get(model_name);
      if (next !== undefined) queue.push(next);
    }
  }
  return seen;
}

/** Folder names are read by std::stoll, which throws beyond 64 bits. */
function versionFolders(model: GraphModel, { name, versions, files }: ModelDirectory): Finding[] {
  const inner = files.map((path) => path.slice(name.length + 1).split("/")).filter((parts) => parts.length > 1);
  const folders = new Set([...versions.map(({ path }) => path.slice(name.length + 1)), ...inner.map(([folder = ""]) => folder)]);
  return [...folders]
    .filter((folder) => !folder.startsWith("0") && beyond(folder, 64))
    .map((folder) =>
      crash(model, {
        code: "CRASH_VERSION_FOLDER",
        signal: "SIGABRT",
        stage: "load",
        when: "while it lists the versions",
        cause: `the number of folder '${name}/${folder}' does not fit 64 bits`,
        hint: "Rename the folder: versions are small numbers such as 1.",
        at: { from: 0, to: 0 },
      }),
    );
}

/** Backends whose models derive from the common BackendModel, which takes the first target name without looking whether there is one. */
const COMMON_MODEL: ReadonlySet<string> = new Set(["identity", "onnxruntime", "openvino", "python", "pytorch", "tensorflow", "tensorrt"]);

function batchOutputs(model: GraphModel): Finding[] {
  if (!COMMON_MODEL.has(model.config.backend)) return [];
  return model.config.batch_output.flatMap(({ target_name }, index) =>
    target_name.length > 0
      ? []
      : crash(model, {
          code: "CRASH_BATCH_OUTPUT",
          signal: "SIGSEGV",
          stage: "load",
          when: "while the backend initialises the model",
          cause: "batch_output has no target_name",
          hint: "Name the output that it is for: target_name.",
          at: ["batch_output", index],
        }),
  );
}

/** The identity backend reads numbers out of names and parameters with std::stoi, which throws where there is none. */
function identityNumbers(model: GraphModel): Finding[] {
  const { config } = model;
  if (config.backend !== "identity") return [];
  const base = { signal: "SIGABRT", stage: "load", when: "while the backend initialises the model" } as const;
  const inputs = config.input.flatMap(({ name, optional }, index) =>
    !optional || !name.startsWith("INPUT") || isInt(name.slice("INPUT".length))
      ? []
      : crash(model, {
          ...base,
          code: "CRASH_IDENTITY_OPTIONAL",
          cause: `the identity backend expects a number behind INPUT in the optional input '${name}'`,
          hint: "Call the input INPUT0, INPUT1, …",
          at: ["input", index, "name"],
        }),
  );
  const parameters = identityParameters(config).map((key) =>
    crash(model, {
      ...base,
      code: "CRASH_IDENTITY_PARAMETER",
      cause: `the identity backend expects an integer as parameter '${key}'`,
      hint: `Write an integer: string_value: "100".`,
      at: ["parameters", key],
    }),
  );
  return [...inputs, ...parameters];
}

/** The multiplier is looked at only beside a delay. */
function identityParameters({ parameters }: ModelConfig): string[] {
  const read = Object.hasOwn(parameters, "execute_delay_ms")
    ? ["creation_delay_sec", "execute_delay_ms", "instance_wise_delay_multiplier"]
    : ["creation_delay_sec"];
  return read.filter((key) => Object.hasOwn(parameters, key) && !isInt(parameters[key]?.string_value ?? ""));
}

/** Integers that the ONNX Runtime backend reads with std::stoi, in its order; it refuses what is no number, and an execution_mode beyond 0 and 1. */
const ONNX_INTEGERS = ["execution_mode", "intra_op_thread_count", "inter_op_thread_count"];

function onnxIntegers(model: GraphModel): Finding[] {
  const { backend, parameters } = model.config;
  if (backend !== "onnxruntime") return [];
  const written = ONNX_INTEGERS.filter((key) => Object.hasOwn(parameters, key)).map((key) => ({ key, value: parameters[key]?.string_value ?? "" }));
  const stop = written.find(({ key, value }) => !isInt(value) || (key === "execution_mode" && !/^[\t-\r ]*(?:-0+|\+?0*[01])(?!\d)/.test(value)));
  if (stop === undefined || !beyond(stop.value, 32)) return [];
  return [
    crash(model, {
      code: "CRASH_ONNX_PARAMETER",
      signal: "SIGABRT",
      stage: "load",
      when: "while the backend initialises the model",
      cause: `the ONNX Runtime backend expects an integer of 32 bits as parameter '${stop.key}'`,
      hint: "Write a small number; 0 leaves the choice to ONNX Runtime.",
      at: ["parameters", stop.key],
    }),
  ];
}

/** Whether std::stoi takes a text: a leading 32-bit integer, whatever follows. */
function isInt(text: string): boolean {
  return /^[\t-\r ]*[+-]?\d/.test(text) && !beyond(text, 32);
}

/** Whether the integer that a text begins with does not fit a signed number of so many bits. */
function beyond(text: string, bits: 32 | 64): boolean {
  const [, digits] = /^[\t-\r ]*([+-]?\d+)/.exec(text) ?? [];
  if (digits === undefined) return false;
  const value = BigInt(digits.replace("+", ""));
  return BigInt.asIntN(bits, value) !== value;
}

/** Bytes that the server takes for each candidate sequence: two queues with their first blocks. From libstdc++'s std::deque. */
const CANDIDATE_BYTES = 656;
/** No machine that loads models has this much memory: 256 GiB for empty queues. */
const CANDIDATE_LIMIT = 2 ** 38 / CANDIDATE_BYTES;

/** All queues are made at once, while the scheduler is. */
function candidates(model: GraphModel): Finding[] {
  const count = model.config.sequence_batching?.oldest?.max_candidate_sequences ?? 0;
  if (count < CANDIDATE_LIMIT) return [];
  return [
    crash(model, {
      code: "CRASH_CANDIDATE_SEQUENCES",
      signal: "SIGABRT",
      stage: "load",
      when: "while it makes the scheduler",
      cause: `the queues of ${count} candidate sequences do not fit into memory`,
      hint: "Write the number of sequences that are alive at one time, such as 1024.",
      at: ["sequence_batching", "oldest", "max_candidate_sequences"],
    }),
  ];
}
