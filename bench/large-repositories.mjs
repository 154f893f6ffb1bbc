// Model repositories of any size, for benchmarks: chains of small python models under ensembles.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One ensemble a_0: a chain of so many steps, 13 lines each, over the models m_0, m_1 … */
export async function largeEnsemble(folder, steps) {
  await writeModel(folder, "a_0", chainEnsemble("a_0", steps, 0), ".gitkeep");
  for (let index = 0; index < steps; index++) await writeModel(folder, `m_${index}`, pythonModel(`m_${index}`), "model.py");
}

/** 270 models and 30 ensembles of nine steps each, a_0 the first of them. */
export async function manyModels(folder) {
  for (let index = 0; index < 270; index++) await writeModel(folder, `m_${index}`, pythonModel(`m_${index}`), "model.py");
  for (let index = 0; index < 30; index++) await writeModel(folder, `a_${index}`, chainEnsemble(`a_${index}`, 9, index * 9), ".gitkeep");
}

/** One ensemble a_0: so many chains side by side, from one input to an output each; its steps are m_0, m_1 … chain by chain. */
export async function wideEnsemble(folder, chains, length) {
  const tensor = (chain, index) => (index === 0 ? "IN" : index === length ? `OUT_${chain}` : `tensor_${chain}_${index}`);
  const steps = [];
  for (let index = 0; index < chains * length; index++) {
    const [chain, at] = [Math.floor(index / length), index % length];
    steps.push(stepText(`m_${index}`, index, tensor(chain, at), tensor(chain, at + 1)));
    await writeModel(folder, `m_${index}`, pythonModel(`m_${index}`), "model.py");
  }
  await writeModel(folder, "a_0", ensembleText("a_0", Array.from({ length: chains }, (_, chain) => `OUT_${chain}`), steps), ".gitkeep");
}

async function writeModel(folder, name, config, inside) {
  await mkdir(join(folder, name, "1"), { recursive: true });
  await writeFile(join(folder, name, "config.pbtxt"), config);
  await writeFile(join(folder, name, "1", inside), "");
}

function pythonModel(name) {
  return `name: "${name}"\nbackend: "python"\nmax_batch_size: 8\ninput [ { name: "INPUT" data_type: TYPE_FP32 dims: [ 4 ] } ]\noutput [ { name: "OUTPUT" data_type: TYPE_FP32 dims: [ 4 ] } ]\n`;
}

/** A chain of steps over the models m_`first`, m_`first + 1` … */
function chainEnsemble(name, steps, first) {
  const tensor = (index) => (index === 0 ? "IN" : index === steps ? "OUT" : `tensor_${index}`);
  const written = Array.from({ length: steps }, (_, index) => stepText(`m_${first + index}`, index, tensor(index), tensor(index + 1)));
  return ensembleText(name, ["OUT"], written);
}

function stepText(model, index, input, output) {
  return `    {
      model_name: "${model}"
      model_version: -1
      # step ${index}
      input_map {
        key: "INPUT"
        value: "${input}"
      }
      output_map {
        key: "OUTPUT"
        value: "${output}"
      }
    }`;
}

function ensembleText(name, outputs, steps) {
  const declared = outputs.map((output) => `output [ { name: "${output}" data_type: TYPE_FP32 dims: [ 4 ] } ]\n`).join("");
  return `name: "${name}"\nplatform: "ensemble"\nmax_batch_size: 8\ninput [ { name: "IN" data_type: TYPE_FP32 dims: [ 4 ] } ]\n${declared}ensemble_scheduling {\n  step [\n${steps.join(",\n")}\n  ]\n}\n`;
}
