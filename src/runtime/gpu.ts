import { assert, ConchError, textOf } from "../base/errors.ts";
import { boundSize, createGpuMemory, type CommandStream, type GpuBuffer, type GpuMemory } from "./memory/gpu-memory.ts";

/** A WGSL module. All its bindings are in group 0; their kinds are read from the text, so that shader and host cannot disagree. */
export interface Shader {
  /** Prefix of every label: "resize". One label, one text. */
  readonly label: string;
  readonly code: string;
}

/** One kernel launch. */
export interface Dispatch {
  readonly shader: Shader;
  readonly entry: string;
  /** Values of the module's override constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Binding number → buffer, for the storage bindings that the entry point uses. */
  readonly bindings: Readonly<Record<number, GpuBuffer>>;
  /** Contents of the module's `var<uniform>` as 32-bit words; floats by `floatBits`. */
  readonly uniforms?: readonly number[];
  /** Invocations wanted, of workgroups of `groupSize`; the kernel guards itself by a count in its uniforms. */
  readonly threads: number;
  /** The entry point's workgroup size along x. Default 256. */
  readonly groupSize?: number;
}

/** The device, its memory and its pipelines. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly memory: GpuMemory;
  /**
   * Records a kernel. Resolves once it is recorded, which is at once unless its pipeline has to be compiled. Work past 65,535 workgroups goes
   * on in y: the kernel takes its index from `thread_index` of gpu-prelude.wgsl. Throws DEVICE_LIMIT.
   */
  dispatch(dispatch: Dispatch): Promise<void>;
  /** Records a copy of `bytes` (a multiple of 4) from the start of one buffer to the start of another. */
  copy(from: GpuBuffer, to: GpuBuffer, bytes: number): void;
  /** Records zeroing the buffer's bytes. */
  clear(buffer: GpuBuffer): void;
  /**
   * Groups what is recorded until the returned function is called: its compute passes carry the label, and each takes its timestamps from
   * `timestamps`. Scopes do not nest.
   */
  scope(label: string, timestamps?: PassTimestamps): () => void;
  /** Records a compute pass without any work, for its timestamps. */
  emptyPass(label: string, timestampWrites: GPUComputePassTimestampWrites): void;
  /** The encoder with no pass open, for commands that this interface does not name. */
  encoder(): GPUCommandEncoder;
  /** Hands everything recorded to the queue. ORT submits by itself: call this before it runs on tensors made here. */
  submit(): void;
  /** Frees what is kept for reuse; the device stays alive. */
  dispose(): void;
}

/** Gives each compute pass of a scope its timestamp queries, or none. */
export type PassTimestamps = () => GPUComputePassTimestampWrites | undefined;

/** The bits of a float32, for `Dispatch.uniforms`. */
export function floatBits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}

interface Kernel {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

interface ModuleBindings {
  uniform: number | undefined;
  /** Binding number → whether the kernel may write it. */
  storage: ReadonlyMap<number, boolean>;
}

const UNIFORM_ARENA_BYTES = 1 << 16;

/** A `Gpu` over an acquired device. */
export function createGpu(device: GPUDevice): Gpu {
  const modules = new Map<string, Promise<GPUShaderModule>>();
  const parsed = new Map<string, ModuleBindings>();
  const kernels = new Map<string, Promise<Kernel>>();
  const ready = new Map<string, Kernel>();
  const arenaStep = device.limits.minUniformBufferOffsetAlignment;
  const arena = device.createBuffer({
    label: "uniforms",
    size: UNIFORM_ARENA_BYTES,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  const arenaWords = new Uint32Array(UNIFORM_ARENA_BYTES / 4);
  let arenaUsed = 0;
  let encoder: GPUCommandEncoder | undefined;
  let pass: GPUComputePassEncoder | undefined;
  let scopeLabel = "transforms";
  let scopeTimestamps: PassTimestamps | undefined;

  function recording(): GPUCommandEncoder {
    encoder ??= device.createCommandEncoder({ label: "conch" });
    return encoder;
  }

  function closePass(): void {
    pass?.end();
    pass = undefined;
  }

  function openPass(): GPUComputePassEncoder {
    if (pass !== undefined) return pass;
    const timestampWrites = scopeTimestamps?.();
    pass = recording().beginComputePass({ label: scopeLabel, ...(timestampWrites && { timestampWrites }) });
    return pass;
  }

  const commands: CommandStream = {
    encoder() {
      closePass();
      return recording();
    },
    submit() {
      closePass();
      if (encoder !== undefined) {
        // The arena is written once per submit: the queue runs this write after all earlier submits and before this one.
        if (arenaUsed > 0) device.queue.writeBuffer(arena, 0, arenaWords, 0, arenaUsed / 4);
        device.queue.submit([encoder.finish()]);
        encoder = undefined;
        arenaUsed = 0;
      }
      memory.settle();
    },
    get pending() {
      return encoder !== undefined;
    },
  };
  const memory = createGpuMemory(device, commands);

  function placeUniforms(words: readonly number[]): { offset: number; size: number } {
    const size = Math.ceil((words.length * 4) / 16) * 16;
    assert(size <= UNIFORM_ARENA_BYTES, `${words.length} uniform words fit the arena`);
    if (arenaUsed + size > UNIFORM_ARENA_BYTES) commands.submit();
    const offset = arenaUsed;
    arenaWords.fill(0, offset / 4, (offset + size) / 4);
    words.forEach((word, i) => (arenaWords[offset / 4 + i] = word));
    arenaUsed = Math.ceil((offset + size) / arenaStep) * arenaStep;
    return { offset, size };
  }

  function bindingsOf(shader: Shader): ModuleBindings {
    let found = parsed.get(shader.label);
    if (found === undefined) parsed.set(shader.label, (found = readBindings(shader.code)));
    return found;
  }

  function moduleOf(shader: Shader): Promise<GPUShaderModule> {
    let module = modules.get(shader.label);
    if (module === undefined) modules.set(shader.label, (module = compile(device, shader)));
    return module;
  }

  async function build(shader: Shader, entry: string, constants: Dispatch["constants"], used: readonly number[]): Promise<Kernel> {
    const label = `${shader.label}/${entry}`;
    const bindings = bindingsOf(shader);
    const entries = used.map((binding): GPUBindGroupLayoutEntry => {
      if (binding === bindings.uniform) return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform" } };
      const writable = bindings.storage.get(binding);
      assert(writable !== undefined, `${label} declares binding ${binding}`);
      return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type: writable ? "storage" : "read-only-storage" } };
    });
    const layout = device.createBindGroupLayout({ label, entries });
    const pipeline = await device
      .createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
        compute: { module: await moduleOf(shader), entryPoint: entry, ...(constants && { constants }) },
      })
      .catch((thrown: unknown) => {
        throw new ConchError("INTERNAL", `Kernel ${label} has no valid pipeline: ${textOf(thrown)}`, { cause: thrown });
      });
    return { pipeline, layout };
  }

  async function kernelOf(shader: Shader, entry: string, constants: Dispatch["constants"], used: readonly number[]): Promise<Kernel> {
    const key = `${shader.label}/${entry}/${JSON.stringify(constants ?? {})}/${used.join()}`;
    let kernel = kernels.get(key);
    if (kernel === undefined) {
      kernel = build(shader, entry, constants, used);
      kernels.set(key, kernel);
      // A failed compilation is not kept: the next call tells the reason again.
      kernel.then(
        (done) => ready.set(key, done),
        () => kernels.delete(key),
      );
    }
    return ready.get(key) ?? kernel;
  }

  return {
    device,
    memory,

    async dispatch({ shader, entry, constants, bindings, uniforms, threads, groupSize = 256 }) {
      const uniform = uniforms === undefined ? undefined : bindingsOf(shader).uniform;
      const used = Object.keys(bindings).map(Number);
      if (uniform !== undefined) used.push(uniform);
      used.sort((a, b) => a - b);
      const kernel = await kernelOf(shader, entry, constants, used);
      if (threads === 0) return;
      const [x, y] = splitGroups(Math.ceil(threads / groupSize), device.limits.maxComputeWorkgroupsPerDimension, `${shader.label}/${entry}`);
      const placed = uniforms === undefined ? undefined : placeUniforms(uniforms);
      const entries = used.map((binding): GPUBindGroupEntry => {
        if (binding === uniform && placed !== undefined) return { binding, resource: { buffer: arena, ...placed } };
        const bound = bindings[binding];
        assert(bound !== undefined, `binding ${binding} of ${shader.label}/${entry} has a buffer`);
        return { binding, resource: { buffer: bound.buffer, size: boundSize(bound.byteLength) } };
      });
      const label = `${shader.label}/${entry}`;
      const current = openPass();
      current.setPipeline(kernel.pipeline);
      current.setBindGroup(0, device.createBindGroup({ label, layout: kernel.layout, entries }));
      current.dispatchWorkgroups(x, y);
    },

    copy(from, to, bytes) {
      assert(bytes % 4 === 0, `a copy of ${bytes} bytes is whole words`);
      if (bytes > 0) commands.encoder().copyBufferToBuffer(from.buffer, 0, to.buffer, 0, bytes);
    },

    clear(buffer) {
      commands.encoder().clearBuffer(buffer.buffer, 0, boundSize(buffer.byteLength));
    },

    scope(label, timestamps) {
      closePass();
      scopeLabel = label;
      scopeTimestamps = timestamps;
      return () => {
        closePass();
        scopeLabel = "transforms";
        scopeTimestamps = undefined;
      };
    },

    emptyPass(label, timestampWrites) {
      commands.encoder().beginComputePass({ label, timestampWrites }).end();
    },

    encoder: commands.encoder,
    submit: commands.submit,

    dispose() {
      commands.submit();
      memory.trim();
      arena.destroy();
    },
  };
}

/** A grid of at least `groups` workgroups within `perDimension` along x and y. */
export function splitGroups(groups: number, perDimension: number, label: string): [number, number] {
  if (groups <= perDimension) return [groups, 1];
  const y = Math.ceil(groups / perDimension);
  if (y > perDimension) {
    throw new ConchError("DEVICE_LIMIT", `${label} needs ${groups} workgroups, the device allows ${perDimension} × ${perDimension}`, {
      data: { label, groups, allowed: perDimension },
    });
  }
  return [Math.ceil(groups / y), y];
}

/** The group 0 bindings that a WGSL text declares. */
export function readBindings(code: string): ModuleBindings {
  const storage = new Map<number, boolean>();
  let uniform: number | undefined;
  for (const match of code.matchAll(/@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(\w+)\s*(?:,\s*(\w+)\s*)?>/g)) {
    const [, number, space, access] = match;
    if (space === "uniform") uniform = Number(number);
    else storage.set(Number(number), access === "read_write");
  }
  return { uniform, storage };
}

async function compile(device: GPUDevice, shader: Shader): Promise<GPUShaderModule> {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label: shader.label, code: shader.code });
  const scopeError = device.popErrorScope();
  const info = await module.getCompilationInfo();
  const errors = info.messages.filter((message) => message.type === "error");
  const failure = await scopeError;
  if (errors.length === 0 && failure === null) return module;
  const text = errors.map((message) => `line ${message.lineNum}:${message.linePos} ${message.message}`).join("\n");
  throw new ConchError("INTERNAL", `Shader ${shader.label} does not compile:\n${text || failure?.message}`);
}
