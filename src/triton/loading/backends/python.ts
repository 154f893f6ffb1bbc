import type { Reporter } from "../../ensemble/reporter.ts";
import { normalPath } from "../label-rules.ts";
import type { Initialisation, LoadPlace } from "./load-place.ts";

const ENVIRONMENT = "EXECUTION_ENV_PATH";
/** What the path of an execution environment may begin with, for the model's folder. */
const MODEL_DIRECTORY = "$$TRITON_MODEL_DIRECTORY";

/** What the Python backend checks when it initialises a model. What model.py does there cannot be known without running it. */
export function pythonInitialisation(reporter: Reporter, place: LoadPlace): Initialisation | undefined {
  const { config } = reporter;
  environmentFinding(reporter, place);
  if (!place.server.autoComplete) return undefined;
  const file = modelFile(reporter, place);
  if (!place.version.files.includes(file)) {
    stubFinding(reporter, file, "");
    return undefined;
  }
  const text = place.content.text(file);
  // Only a model that says so completes its configuration.
  return text === undefined || text.includes("auto_complete_config") ? { config, completed: [], open: true } : undefined;
}

/** What the Python backend checks when it makes an instance: without auto-complete it has not started model.py before. */
export function pythonInstanceFindings(reporter: Reporter, place: LoadPlace): void {
  const file = modelFile(reporter, place);
  if (place.server.autoComplete || place.version.files.includes(file)) return;
  stubFinding(reporter, file, `${reporter.config.instance_group[0]?.name ?? reporter.config.name}_0`);
}

function modelFile({ config }: Reporter, { directory, version }: LoadPlace): string {
  return `${directory.name}/${version.number}/${config.default_model_filename || "model.py"}`;
}

/** The server says no more of a model.py that is not there than that its process is gone. */
function stubFinding(reporter: Reporter, file: string, instance: string): void {
  reporter.add("PYTHON_MODEL_MISSING", `Stub process '${instance}' is not healthy.`, ["default_model_filename"], {
    status: "Internal",
    hint: `There is no ${file}.`,
  });
}

/** An environment inside the model's folder must be there; of any other path nothing is known here. */
function environmentFinding(reporter: Reporter, { directory, version, content }: LoadPlace): void {
  const { name } = directory;
  const path = reporter.config.parameters[ENVIRONMENT]?.string_value;
  if (path === undefined || !path.startsWith(MODEL_DIRECTORY)) return;
  const inside = normalPath(name + path.slice(MODEL_DIRECTORY.length));
  if (inside === undefined || !inside.startsWith(`${name}/`)) return;
  const present = content.size(inside) !== undefined || [...directory.files, ...version.files].some((file) => file.startsWith(`${inside}/`));
  if (present) return;
  reporter.add("PYTHON_ENVIRONMENT", `Failed to get the canonical path for ${inside}.`, ["parameters", ENVIRONMENT], { status: "Internal", hint: "Add the environment, or remove the parameter." });
}
