import { isAbort, textOf, toErrorRecord } from "../base/errors.ts";
import type { RunResult, TensorHandle } from "../runtime/protocol.ts";
import { classAxis } from "../tensor/class-axis.ts";
import type { DataType } from "../tensor/data-type.ts";
import type { Tolerance } from "../tensor/detailed-difference.ts";
import { maskLayout } from "../tensor/picture-layout.ts";
import { spatialShape } from "../tensor/volume-voxels.ts";
import { composingModels } from "../triton/v2/composing-models.ts";
import type { Connection } from "../triton/v2/connection.ts";
import { serverMetadata } from "../triton/v2/metadata.ts";
import { statistics, type ModelStatistics } from "../triton/v2/statistics.ts";
import { networkTime, statisticsDelta } from "../triton/v2/statistics-delta.ts";
import type { RunWhere } from "./dispatching.ts";
import { machineOf } from "./machine.ts";
import { pairOutputs, type ComparedOutput, type RemoteComparison, type ServedTimes, type SideRun } from "./remote-comparison.ts";
import type { ServersStore, V2Server } from "./servers.ts";
import type { SessionStore } from "./session.ts";

/** How far a comparison is. */
export interface RemoteProgress {
  readonly stage: "here" | "there" | "comparing";
  /** A step's model, or an output; null before the first. */
  readonly subject: string | null;
  /** From 0 to 1 within the stage; null where that is not known. */
  readonly fraction: number | null;
}

/** A comparison that was asked for. */
export interface RemoteRequest {
  readonly model: string;
  readonly server: V2Server;
  readonly tolerance: Tolerance;
  /** Runs on either side before those that count. */
  readonly warmup: number;
  /** Name and version of the browser. */
  readonly browser: string;
  /** How many values of an output have names. */
  named(output: string): number;
  readonly signal: AbortSignal;
  progress(progress: RemoteProgress): void;
  /** Told whatever is known by now, whenever that is more. The handles are the caller's to release. */
  found(comparison: RemoteComparison): void;
}

/** Rows of the table of the largest differences. */
const LARGEST = 20;
const WAITING: SideRun = { status: "waiting", milliseconds: null, steps: [], error: null };
/** All work is done anew, and nothing but the outputs is kept. */
const OPTIONS = { cache: false, keepWires: false } as const;

/**
 * Runs a model or ensemble with the inputs at hand in the browser, as its models are placed, then whole on a server, and compares the outputs. The
 * caller has occupied the session. A side that fails is a result like others; throws where neither can be tried, and CANCELLED.
 */
export async function compareRemote(session: SessionStore, servers: ServersStore, request: RemoteRequest): Promise<void> {
  const { model, server, tolerance, warmup, signal, browser } = request;
  await session.runInputs(model, signal);
  const { inputs } = session.getState();
  let comparison: RemoteComparison = {
    model,
    server: { id: server.id, name: server.name, product: null },
    machine: machineOf(session, browser, null),
    tolerance,
    warmup,
    here: WAITING,
    there: WAITING,
    served: null,
    outputs: [],
    inputs: inputs[model] ?? {},
  };
  const add = (more: Partial<RemoteComparison>): void => {
    comparison = { ...comparison, ...more };
    request.found(comparison);
  };

  const here = await side(session, request, "here", "browser");
  const batched = isBatched(session, model);
  const classesOf = (name: string, { dataType, shape }: TensorHandle) => (isMatrix(name, dataType, shape) ? undefined : classAxis(dataType, shape, batched, request.named(name)));
  add({ here: here.run, outputs: pairOutputs(here.outputs, {}, classesOf) });
  const { onnxruntime } = await session.client.request("versions", {}, { signal });
  const connection = await servers.connection(server.id);
  add({ machine: machineOf(session, browser, onnxruntime), server: { ...comparison.server, product: await productOf(connection, signal) } });
  const asked = await reading(() => composingModels(connection, model, { signal }));
  let before: Reading<readonly ModelStatistics[]> = { value: [], problem: null };
  const there = await side(session, request, "there", { whole: server.id }, async () => {
    before = await reading(() => statisticsOf(connection, [...(asked.value ?? new Map([[model, 1]])).keys()], signal));
  });
  add({ there: there.run, outputs: pairOutputs(here.outputs, there.outputs, classesOf) });
  if (there.run.status === "done") add({ served: await servedTimes(connection, request, there.run, asked, before) });
  for (const [at, output] of comparison.outputs.entries()) {
    if (output.finding !== null) continue;
    const compared = await compareOutput(session, request, output, batched);
    add({ outputs: comparison.outputs.with(at, compared) });
  }
}

interface SideResult {
  readonly run: SideRun;
  readonly outputs: Readonly<Record<string, TensorHandle>>;
}

/** Runs one side; `ready` comes before the run that counts. Throws CANCELLED alone. */
async function side(session: SessionStore, request: RemoteRequest, stage: "here" | "there", where: RunWhere, ready?: () => Promise<void>): Promise<SideResult> {
  const { model, warmup, signal } = request;
  try {
    request.progress({ stage, subject: null, fraction: null });
    for (let run = 0; run < warmup; run++) {
      const { outputs } = await execute(session, request, stage, where);
      await session.client.request("release", { handles: Object.values(outputs) });
    }
    const given = await session.runInputs(model, signal);
    await ready?.();
    const { outputs, milliseconds, steps } = await execute(session, request, stage, where, given);
    return { run: { status: "done", milliseconds, steps, error: null }, outputs };
  } catch (thrown) {
    // A worker that ended took this run with it, and the next one has another.
    if (isAbort(thrown)) throw thrown;
    return { run: { status: "failed", milliseconds: null, steps: [], error: toErrorRecord(thrown) }, outputs: {} };
  }
}

async function execute(session: SessionStore, request: RemoteRequest, stage: "here" | "there", where: RunWhere, given?: Readonly<Record<string, TensorHandle>>): Promise<RunResult> {
  const { model, signal } = request;
  const inputs = given ?? (await session.runInputs(model, signal));
  const { plan } = await session.prepare(model, { where, signal });
  const steps = plan.ops.filter(({ kind }) => kind === "execute").length;
  const finished = new Set<string>();
  return session.client.request("run", { plan, inputs, options: OPTIONS }, {
    signal,
    progress: ({ step, phase }) => {
      if (phase === "done") finished.add(step);
      const fraction = stage === "here" && steps > 0 ? Math.min(1, finished.size / steps) : null;
      request.progress({ stage, subject: step, fraction });
    },
  });
}

/** What could be read, or why not. */
interface Reading<Value> {
  readonly value: Value | null;
  readonly problem: string | null;
}

/** What a server tells beside the run: without it there is less to show, and that is all. Throws CANCELLED alone. */
async function reading<Value>(read: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return { value: await read(), problem: null };
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return { value: null, problem: textOf(thrown) };
  }
}

async function productOf(connection: Connection, signal: AbortSignal): Promise<string | null> {
  const { value } = await reading(() => serverMetadata(connection, { signal }));
  return value === null ? null : `${value.name} ${value.version}`;
}

async function statisticsOf(connection: Connection, models: readonly string[], signal: AbortSignal): Promise<readonly ModelStatistics[]> {
  return (await Promise.all(models.map((model) => statistics(connection, { model }, { signal })))).flat();
}

async function servedTimes(
  connection: Connection,
  { model, signal }: RemoteRequest,
  { steps }: SideRun,
  asked: Reading<ReadonlyMap<string, number>>,
  before: Reading<readonly ModelStatistics[]>,
): Promise<ServedTimes> {
  const times = asked.value ?? new Map([[model, 1]]);
  const after = await reading(() => statisticsOf(connection, [...times.keys()], signal));
  const known = before.value !== null && after.value !== null;
  const models = known ? statisticsDelta(before.value, after.value, times) : [];
  const sum = (of: (step: SideRun["steps"][number]) => number): number => steps.reduce((total, step) => total + of(step), 0);
  const milliseconds = sum(({ compute, computed }) => computed - compute);
  return {
    milliseconds,
    bytesUp: sum(({ bytesIn }) => bytesIn),
    bytesDown: sum(({ bytesOut }) => bytesOut),
    network: networkTime(milliseconds, models[0]),
    models,
    problem: before.problem ?? after.problem ?? asked.problem,
  };
}

async function compareOutput(session: SessionStore, request: RemoteRequest, output: ComparedOutput, batched: boolean | undefined): Promise<ComparedOutput> {
  const { name, here, there, classes } = output;
  const { tolerance, signal } = request;
  request.progress({ stage: "comparing", subject: name, fraction: 0 });
  try {
    const { dataType, shape } = here!;
    const options = {
      tolerance,
      largest: LARGEST,
      classes,
      labels: dataType !== "TYPE_STRING" && dataType !== "TYPE_BOOL" && (maskLayout(dataType, shape, batched) !== undefined || spatialShape(shape) !== undefined),
    };
    const progress = (fraction: number): void => request.progress({ stage: "comparing", subject: name, fraction });
    return { ...output, comparison: await session.client.request("compare", { a: here!, b: there!, options }, { signal, progress }) };
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return { ...output, problem: textOf(thrown) };
  }
}

/** Whether outputs have a batch dimension; undefined where the model is no longer there to say. */
function isBatched(session: SessionStore, model: string): boolean | undefined {
  try {
    const size = session.reachable(model).get(model)?.config.max_batch_size;
    return size === undefined ? undefined : size > 0;
  } catch {
    return undefined;
  }
}

/** A voxel → millimetre matrix, whose rows are no scores. */
function isMatrix(name: string, dataType: DataType, shape: readonly number[]): boolean {
  return dataType === "TYPE_FP64" && /affine/i.test(name) && shape.slice(-2).join() === "4,4";
}
