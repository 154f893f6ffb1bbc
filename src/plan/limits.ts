import { isEnsemblePlan, leafSteps, type EnsemblePlan, type Plan, type PlanStep, type PlanTensor, type PlanWarning } from "./plan.ts";

/** What a device allows, in bytes: the limits of WebGPU by their names. */
export interface BufferLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

/** What ONNX Runtime can hold on WASM, weights and all: its 32-bit address space. Bytes. */
export const WASM_MEMORY = 2 ** 32;

/**
 * What of a plan does not fit where it would lie, as warnings: known before anything runs. OVER_DEVICE_LIMIT, for a value that is larger than one
 * buffer of the device, is certain, and such a plan is not run; OVER_WASM_MEMORY is an estimate. Values of unknown size are left to the run.
 * `limits` is undefined where there is no device.
 */
export function memoryWarnings(plan: Plan, limits: BufferLimits | undefined): PlanWarning[] {
  const { root } = plan;
  if (isEnsemblePlan(root)) return ensembleWarnings(root, limits, false);
  return [...innerWarnings(root, limits, gridFileOf(root)), ...wasmWarnings(root)];
}

/** The step that takes most memory, if that is known of any: an ensemble needs at least this, wires aside. */
export function heaviestStep(plan: Plan): PlanStep | undefined {
  return leafSteps(plan.root).reduce<PlanStep | undefined>((most, step) => ((step.memory?.peakBytes ?? 0) > (most?.memory?.peakBytes ?? 0) ? step : most), undefined);
}

/** `nested`: its inputs and outputs are tensors of the ensemble around it, which speaks of them. */
function ensembleWarnings(plan: EnsemblePlan, limits: BufferLimits | undefined, nested: boolean): PlanWarning[] {
  const over = limits === undefined ? [] : plan.tensors.filter((tensor) => (tensor.bytes ?? 0) > limits.maxStorageBufferBindingSize && onGpuAt(plan, tensor).length > 0);
  const spoken = new Set(over.map(({ name }) => name));
  const outputs = new Set(plan.config.output.map(({ name }) => name));
  const own = over
    .filter(({ name, producer }) => !nested || (producer !== null && !outputs.has(name)))
    .map((tensor): PlanWarning => {
      const { name, type, bytes } = tensor;
      const what = `'${name}' [${type.shape?.join(", ")}] takes ${bytes} bytes; this device allows ${limits?.maxStorageBufferBindingSize} in one buffer (maxStorageBufferBindingSize)`;
      return { code: "OVER_DEVICE_LIMIT", subject: name, ...advice(what, onGpuAt(plan, tensor), gridOf(plan, name), tensor.producer === null ? "a smaller input" : "a smaller grid") };
    });
  const inner = plan.steps.flatMap((step) => {
    if (step.nested !== undefined) return ensembleWarnings(step.nested, limits, true);
    const told = [...step.inputs, ...step.outputs].some(({ tensor }) => spoken.has(tensor));
    return [...(told ? [] : innerWarnings(step, limits, gridFileOf(step) ?? gridAbove(plan, step))), ...wasmWarnings(step)];
  });
  return [...own, ...inner];
}

/** A value inside a step. ONNX Runtime binds a large buffer in parts, so that only its making has a limit; the transforms bind each as a whole. */
function innerWarnings(step: PlanStep, limits: BufferLimits | undefined, grid: string | undefined): PlanWarning[] {
  const largest = step.memory?.largest;
  if (limits === undefined || largest === undefined || step.placement.kind !== "gpu") return [];
  const limit = step.backend === "onnxruntime" ? "maxBufferSize" : "maxStorageBufferBindingSize";
  if (largest.bytes <= limits[limit]) return [];
  const what = `Model '${step.model}' makes '${largest.name}' [${largest.shape.join(", ")}] of ${largest.bytes} bytes; this device allows ${limits[limit]} in one buffer (${limit})`;
  return [{ code: "OVER_DEVICE_LIMIT", subject: step.model, ...advice(what, [step], grid) }];
}

function wasmWarnings(step: PlanStep): PlanWarning[] {
  if (step.placement.kind !== "cpu" || !isTooMuchForWasm(step)) return [];
  const message = `Model '${step.model}' needs about ${step.memory?.peakBytes} bytes; on WASM it has ${WASM_MEMORY}. Choose a smaller grid, or run it on a server`;
  return [{ code: "OVER_WASM_MEMORY", subject: step.model, message }];
}

function isTooMuchForWasm({ backend, memory }: PlanStep): boolean {
  return backend === "onnxruntime" && (memory?.peakBytes ?? 0) > WASM_MEMORY;
}

/** The way out: the CPU where that has room, and a smaller grid in any case. */
function advice(what: string, onGpu: readonly PlanStep[], gridFile: string | undefined, smaller = "a smaller grid"): Omit<PlanWarning, "code" | "subject"> {
  const grid = gridFile === undefined ? smaller : `${smaller} in ${gridFile}`;
  const file = gridFile === undefined ? {} : { gridFile };
  const tooMuch = onGpu.find(isTooMuchForWasm);
  if (tooMuch !== undefined) {
    return { message: `${what}. Choose ${grid}: on the CPU '${tooMuch.model}' would need about ${tooMuch.memory?.peakBytes} bytes, and WASM has ${WASM_MEMORY}`, ...file };
  }
  const models = [...new Set(onGpu.map(({ model }) => model))];
  return { message: `${what}. Set KIND_CPU for ${models.join(", ")}, or choose ${grid}`, moveToCpu: models, ...file };
}

/** The steps on the GPU that make or read a tensor, those of nested ensembles included. */
function onGpuAt(plan: EnsemblePlan, { name, producer, consumers }: PlanTensor): PlanStep[] {
  return plan.steps
    .filter(({ id }) => id === producer || consumers.includes(id))
    .flatMap((step) => {
      if (step.nested === undefined) return step.placement.kind === "gpu" ? [step] : [];
      const { nested } = step;
      const ports = [...step.inputs, ...step.outputs].filter(({ tensor }) => tensor === name).map(({ port }) => port);
      return nested.tensors.filter((tensor) => ports.includes(tensor.name)).flatMap((tensor) => onGpuAt(nested, tensor));
    });
}

/** The transforms.json of the nearest chain from which a tensor comes: where its grid is set. */
function gridOf(plan: EnsemblePlan, tensor: string): string | undefined {
  const producer = plan.tensors.find(({ name }) => name === tensor)?.producer;
  const step = plan.steps.find(({ id }) => id === producer);
  return step === undefined ? undefined : (gridFileOf(step) ?? gridAbove(plan, step));
}

/** The same for what a step reads. Steps come after their producers, so that this ends. */
function gridAbove(plan: EnsemblePlan, step: PlanStep): string | undefined {
  for (const { tensor } of step.inputs) {
    const found = gridOf(plan, tensor);
    if (found !== undefined) return found;
  }
  return undefined;
}

function gridFileOf({ backend, model, version }: PlanStep): string | undefined {
  return backend === "python" ? `${model}/${version}/transforms.json` : undefined;
}
