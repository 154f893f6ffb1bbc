import { encodeSourceText } from "../../base/source-text.ts";
import { DATA_TYPES, type DataType, v2Name } from "../../tensor/data-type.ts";
import type { Reporter } from "../ensemble/reporter.ts";
import type { ModelWarmup } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import type { RepositoryContent } from "./content.ts";
import { elementCount, elementSize, VARIABLE } from "./element-count.ts";

/** Folder of a model that holds its warm-up data. */
const FOLDER = "warmup";
const NUMBER_BYTES = 4;
/** How the server begins what it says of a request; a warm-up sample has no id. */
const REQUEST = "[request id: <id_unknown>] ";

/**
 * What Triton checks of the warm-up samples while it makes an instance: their data (GenerateWarmupData of its backend_model_instance),
 * then each as the request that it becomes. Whether the model survives the run is not known here. A sample of batch size 0 is passed over.
 */
export function warmupFindings(reporter: Reporter, content: RepositoryContent): void {
  for (const [index, sample] of reporter.config.model_warmup.entries()) {
    if (sample.batch_size === 0) continue;
    const path: Path = ["model_warmup", index];
    if (!dataFindings(reporter, content, sample, path)) requestFindings(reporter, content, sample, path);
  }
}

/** True where the data of a sample cannot be made. */
function dataFindings(reporter: Reporter, content: RepositoryContent, sample: ModelWarmup, path: Path): boolean {
  const before = reporter.findings.length;
  const inputs = Object.entries(sample.inputs);
  for (const [name, { dims }] of inputs) {
    if (!dims.includes(VARIABLE)) continue;
    reporter.add("WARMUP_DIMS", `warmup setting expects all variable-size dimensions are specified for input '${name}'`, [...path, "inputs", name, "dims"], {
      hint: "A sample has a fixed shape.",
    });
  }
  for (const [name, input] of inputs) {
    const at: Path = [...path, "inputs", name];
    if (input.input_data_file !== undefined) {
      const file = warmupFile(reporter, input.input_data_file);
      const size = content.size(file);
      const expected = Number(elementCount(input) ?? 0n) * (elementSize(input.data_type) || NUMBER_BYTES);
      if (size === undefined) {
        reporter.add("WARMUP_FILE", `failed to open text file for read ${file}: No such file or directory`, [...at, "input_data_file"], {
          status: "Internal",
          hint: `Put the file into ${reporter.model.name}/${FOLDER}.`,
        });
      } else if (input.data_type !== "TYPE_STRING" && size < expected) {
        // The missing space is the server's.
        const message = `${REQUEST}warmup setting expects ${expected} bytes, but the data provided from ${input.input_data_file}only has ${size} bytes`;
        reporter.add("WARMUP_FILE", message, [...at, "input_data_file"], { hint: "The file is too short." });
      }
    } else if (input.zero_data === undefined && input.random_data === undefined) {
      reporter.add("WARMUP_DATA", `${REQUEST}warmup setting expects input '${name}' to have input_data_type set`, at, { hint: "Write zero_data: true." });
    }
  }
  return reporter.findings.length > before;
}

function warmupFile(reporter: Reporter, file: string): string {
  return `${reporter.model.name}/${FOLDER}/${file}`;
}

/** The sample as a request of batch 1, against the declared inputs. Other names are control tensors and states. */
function requestFindings(reporter: Reporter, content: RepositoryContent, sample: ModelWarmup, path: Path): void {
  const { name: model, max_batch_size, input } = reporter.config;
  const declared = new Map(input.toReversed().map((one) => [one.name, one]));
  const given = Object.entries(sample.inputs).filter(([name]) => declared.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const required = input.filter(({ optional }) => !optional);
  if (given.length > input.length || given.length < required.length) {
    const expected = required.length === input.length ? `expected ${input.length} inputs` : `expected number of inputs between ${required.length} and ${input.length}`;
    const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(",")}]`;
    const missing = required.map(({ name }) => name).filter((name) => !Object.hasOwn(sample.inputs, name));
    const message =
      `${REQUEST}${expected} but got ${given.length} inputs for model '${model}'. Got input(s) ${list(given.map(([name]) => name))}, ` +
      `but missing required input(s) ${list(missing)}. Please provide all required input(s).`;
    reporter.add("WARMUP_INPUTS", message, [...path, "inputs"], { hint: "A sample needs data for every input that is not optional." });
    return;
  }
  const batch = max_batch_size > 0 ? [1] : [];
  for (const [name, { data_type, dims, input_data_file }] of given) {
    const wanted = declared.get(name);
    const at: Path = [...path, "inputs", name];
    if (wanted === undefined) continue;
    if (data_type !== wanted.data_type) {
      const message = `${REQUEST}inference input '${name}' data-type is '${protocolName(data_type)}', but model '${model}' expects '${protocolName(wanted.data_type)}'`;
      reporter.add("WARMUP_DATA_TYPE", message, [...at, "data_type"], { hint: `Write data_type: ${wanted.data_type}.` });
    } else if (dims.length !== wanted.dims.length || dims.some((size, axis) => wanted.dims[axis] !== VARIABLE && size !== wanted.dims[axis])) {
      const full = max_batch_size > 0 ? [VARIABLE, ...wanted.dims] : wanted.dims;
      const note =
        max_batch_size > 0
          ? "NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size."
          : "";
      const message = `${REQUEST}unexpected shape for input '${name}' for model '${model}'. Expected [${full.join(",")}], got [${[...batch, ...dims].join(",")}]. ${note}`;
      reporter.add("WARMUP_SHAPE", message, [...at, "dims"], { hint: "Write dims that fit the input, without the batch dimension." });
    } else if (data_type === "TYPE_STRING" && input_data_file !== undefined) {
      const text = content.text(warmupFile(reporter, input_data_file));
      const wrong = text === undefined ? undefined : wrongStrings(encodeSourceText(text), Number(elementCount({ dims }) ?? 0n), name, model);
      if (wrong !== undefined) reporter.add("WARMUP_STRINGS", REQUEST + wrong, [...at, "input_data_file"], { hint: "Each string stands behind its length, four bytes, lowest first." });
    }
  }
}

function protocolName(type: DataType): string {
  return DATA_TYPES.includes(type) ? v2Name(type) : "<invalid>";
}

/** Why bytes are not so many strings, each behind its length; undefined where they are. */
function wrongStrings(bytes: Uint8Array, count: number, name: string, model: string): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const input = `inference input '${name}' for model '${model}'`;
  let found = 0;
  for (let offset = 0; offset < bytes.length; found++) {
    const left = bytes.length - offset;
    if (found >= count) return `unexpected number of string elements ${found + 1} for ${input}, expecting ${count}`;
    if (left < NUMBER_BYTES) {
      return `incomplete string length indicator for ${input}, expecting ${NUMBER_BYTES} bytes but only ${left} bytes available. Please make sure the string length indicator is in one buffer.`;
    }
    // A length beyond the end counts as one string more.
    offset += NUMBER_BYTES + view.getUint32(offset, true);
  }
  return found === count ? undefined : `expected ${count} string elements for ${input}, got ${found}`;
}
