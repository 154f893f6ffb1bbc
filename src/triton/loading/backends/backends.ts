import type { Reporter } from "../../ensemble/reporter.ts";
import { onnxFile } from "../onnx-session.ts";
import { completeOnnx, validateOnnx } from "../onnxruntime.ts";
import { refuse } from "../poll.ts";
import { batchDeclarationFindings } from "./batch-declarations.ts";
import { cpuOnlyFindings } from "./cpu-only.ts";
import { filFindings } from "./fil.ts";
import { fixedInterfaceFindings } from "./fixed-interface.ts";
import { identityFindings } from "./identity.ts";
import type { Initialisation, LoadPlace } from "./load-place.ts";
import { pythonInitialisation, pythonInstanceFindings } from "./python.ts";

/** Backends that read their configuration through the common library; of others it is not known. */
const READ_BY_LIBRARY: ReadonlySet<string> = new Set(["identity", "onnxruntime", "python"]);

/**
 * What a backend checks and completes when a model is initialised, before the core looks at the completed configuration. Undefined where it
 * completes nothing.
 */
export function initialiseBackend(reporter: Reporter, place: LoadPlace): Initialisation | undefined {
  const { config } = reporter;
  if (READ_BY_LIBRARY.has(config.backend)) batchDeclarationFindings(reporter);
  switch (config.backend) {
    case "identity":
      if (place.directory.config === undefined) {
        reporter.add("IDENTITY_NO_CONFIG", `model configuration is not provided for model '${config.name}'`, undefined, { status: "Not found", hint: "Write a config.pbtxt." });
      } else identityFindings(reporter);
      return undefined;
    case "square":
    case "repeat":
      fixedInterfaceFindings(reporter);
      return undefined;
    case "python":
      return pythonInitialisation(reporter, place);
    case "onnxruntime":
      return onnxInitialisation(reporter, place);
    case "fil":
      filFindings(reporter);
      // Whether it completes anything is not known.
      return place.server.autoComplete ? { config, completed: [], open: true } : undefined;
    default:
      return place.server.autoComplete ? { config, completed: [], open: true } : undefined;
  }
}

/** What a backend checks when an instance of the model is made. */
export function instanceFindings(reporter: Reporter, place: LoadPlace): void {
  const { config } = reporter;
  if (config.backend === "python") pythonInstanceFindings(reporter, place);
  else if (config.backend === "onnxruntime") {
    for (const refusal of validateOnnx(onnxFile(place.content, place.directory.name, place.version, config), config)) refuse(reporter, refusal);
  } else cpuOnlyFindings(reporter, place.server);
}

function onnxInitialisation({ config }: Reporter, { directory, version, content, server }: LoadPlace): Initialisation {
  const file = onnxFile(content, directory.name, version, config);
  const result = completeOnnx(file, config, server);
  const complete = config.input.length + config.batch_input.length > 0 && config.output.length > 0;
  return !server.autoComplete || complete || (file.header !== undefined && !(file.header instanceof Error)) ? result : { ...result, open: true };
}
