/** What a code stands for, in a list of rules. */
export interface RuleText {
  /** One sentence without a place or a name. */
  readonly short: string;
  /** Where the rule comes from, and what that means for whoever breaks it. */
  readonly help: string;
}

/** What codes of one beginning have in common. */
const SUBJECTS: Readonly<Record<string, string>> = {
  ADVICE: "Triton loads the model; what it then does is probably not what was meant.",
  AGENT: "A repository agent has to be installed beside the server, or the model is refused.",
  BACKEND: "The backend that is to run the model decides; Triton refuses the model when it is missing or takes no such configuration.",
  BATCH: "Triton checks batch_input and batch_output against the inputs and outputs before a model runs.",
  BATCHING: "Triton checks the dynamic batcher's settings when it reads the configuration.",
  CONFIG: "Triton checks the configuration as a whole when it reads the model's directory.",
  CRASH: "The server process ends on this configuration, and every other model with it.",
  ENSEMBLE: "Triton follows every tensor from step to step before it serves an ensemble.",
  FIL: "The Forest Inference Library takes one table of rows, TYPE_FP32, and is set by parameters.",
  IDENTITY: "The identity backend takes pairs INPUT<n> and OUTPUT<n> of one type and shape.",
  IO: "Triton checks every input and output: name, type, dims, reshape.",
  LABEL: "Triton reads label files when it loads the model; they lie in the model's directory.",
  LOADING: "Triton refuses the model while it loads it.",
  ONNX: "ONNX Runtime loads the model file and compares it with the configuration.",
  PBTXT: "The text parser of protobuf refuses the file; nothing in it counts until that is mended. Its first error is the one that Triton logs.",
  PYTHON: "The Python backend runs model.py in an environment that it finds in the repository.",
  REPOSITORY: "Triton reads models from folders of their names, with versions in folders of numbers.",
  SEQUENCE: "Triton checks the sequence batcher's controls and states before the model runs.",
  WARMUP: "Triton runs the warm-up requests while it loads the model; one that fails keeps the model from being ready.",
};

/** One sentence for each code that its words alone would not explain. */
const SHORT: Readonly<Record<string, string>> = {
  ADVICE_REQUESTED_OUTPUTS: "A request for some of the outputs ends in a deadlock, since a step also reads one of them",
  AGENT_NOT_INSTALLED: "The repository agent is not installed",
  BACKEND_CPU_ONLY: "The backend runs on the processor only, and the instance group asks for a GPU",
  BACKEND_INTERFACE: "The backend expects other inputs or outputs",
  BACKEND_NOT_INSTALLED: "The backend is not installed",
  BATCHING_ORDER: "preserve_ordering does not go together with several priority levels or with delayed requests",
  BATCHING_PREFERRED_SIZE: "A preferred batch size is not between 1 and max_batch_size",
  BATCHING_PRIORITY: "A priority level is not among those that the batcher has",
  BATCH_INPUT_DATA_TYPE: "A batch_input is neither TYPE_INT32 nor TYPE_FP32",
  BATCH_IO_SOURCE: "A batch_input or batch_output takes its values from a tensor that is no input",
  BATCH_IO_TARGET: "A batch_output writes to a tensor that is no output",
  CONFIG_BATCH_SIZE: "max_batch_size is negative",
  CONFIG_CACHE_DECOUPLED: "The response cache does not go together with decoupled responses",
  CONFIG_DUPLICATE_KEY: "A map has two entries with one key, of which the last counts",
  CONFIG_MISSING: "The model has no config.pbtxt, and the server does not complete it",
  CONFIG_MORE_FINDINGS: "The file has more findings of one kind than are listed",
  CONFIG_PLATFORM: "No backend belongs to the platform",
  CONFIG_PLATFORM_BACKEND: "Platform and backend do not belong together",
  CONFIG_TEMPLATE: "A placeholder of a template was not filled in",
  CONFIG_TOO_LARGE: "The configuration is too large to be checked",
  CONFIG_UNREADABLE: "The configuration cannot be read",
  ENSEMBLE_BATCH_SIZE: "The ensemble allows larger batches than one of its steps",
  ENSEMBLE_CYCLE: "Ensembles are steps of one another",
  ENSEMBLE_DATA_TYPE: "An ensemble tensor has two data types",
  ENSEMBLE_DECOUPLED_ORIGINS: "A step takes inputs from different decoupled models",
  ENSEMBLE_INPUT_UNUSED: "An input of the ensemble is used by no step",
  ENSEMBLE_INVALID_STEP: "A model of a step is refused itself",
  ENSEMBLE_MISSING_MODEL: "A model of a step is not in the repository",
  ENSEMBLE_OUTPUT_NOT_WRITTEN: "An output of the ensemble is never written, since a tensor on the way is not connected",
  ENSEMBLE_OUTPUT_UNUSED: "An output of the ensemble is written by no step",
  ENSEMBLE_SHAPE: "An ensemble tensor has two shapes",
  ENSEMBLE_STEP_NO_VERSION: "A model of a step has no version that loads",
  ENSEMBLE_STEP_VERSION: "The version that a step asks for is not served; a step without model_version asks for version 0",
  ENSEMBLE_TENSOR_UNUSED: "A tensor within the ensemble is read by no step, or never written",
  ENSEMBLE_TWO_PRODUCERS: "Two steps write one ensemble tensor",
  ENSEMBLE_UNKNOWN_INPUT: "A step feeds an input that its model does not have",
  ENSEMBLE_UNKNOWN_OUTPUT: "A step reads an output that its model does not have",
  ENSEMBLE_UNMAPPED_INPUT: "A step leaves an input of its model without a tensor",
  LOADING_NO_BACKEND: "Nothing says which backend runs the model",
  ONNX_FILE_MISSING: "The version folder has no model file",
  ONNX_INPUT_COUNT: "The configuration has another number of inputs than the model",
  ONNX_NO_BATCHING: "max_batch_size is set, and the model has no batch dimension",
  ONNX_SHAPE: "A tensor has another shape in the configuration than in the model",
  ONNX_TYPE: "A tensor has another data type in the configuration than in the model",
  ONNX_UNKNOWN_INPUT: "The configuration names an input that the model does not have",
  ONNX_UNKNOWN_OUTPUT: "The configuration names an output that the model does not have",
  PBTXT_ONEOF: "Two fields are set of which only one may be",
  PBTXT_RANGE: "A number does not fit its field",
  PBTXT_REPEATED_SINGULAR: "A field is set twice that can only be set once",
  PBTXT_SYNTAX: "The text is not protobuf's text format",
  PBTXT_TOKEN: "The text has a character, number or string that protobuf's text format does not have",
  PBTXT_TYPE: "A value has another type than its field",
  PBTXT_UNKNOWN_ENUM: "A field has no such value",
  PBTXT_UNKNOWN_FIELD: "There is no such field",
  PYTHON_MODEL_MISSING: "The version folder has no model.py",
  REPOSITORY_IGNORED_FOLDER: "A folder looks like a version and is none",
  REPOSITORY_MODEL_TWICE: "Two model repositories have a model of one name",
  REPOSITORY_NAME: "The configuration's name is not the folder's",
  REPOSITORY_NO_CONFIG: "The model has no config.pbtxt",
  REPOSITORY_NO_VERSION: "The model has no version folder that its version policy serves",
  REPOSITORY_STRAY_CONFIG: "A config.pbtxt belongs to no model",
  REPOSITORY_UNREADABLE: "A folder of the model cannot be read",
  REPOSITORY_VERSION_ABSENT: "The version policy names a version that is not there",
};

/** The text of a code; of one without a sentence, its words. */
export function ruleText(code: string): RuleText {
  const [subject = "", ...words] = code.split("_");
  const spoken = [subject.toLowerCase(), words.join(" ").toLowerCase()].filter((part) => part !== "").join(": ");
  const help = SUBJECTS[subject] ?? "Triton refuses the model, or takes it otherwise than it looks.";
  return { short: SHORT[code] ?? spoken, help: `${help} The message is Triton's own where it has one.` };
}
