// The page of `conch run` and `conch bench`: the application's own session, without an interface.
import { ConchError, fromErrorRecord, toErrorRecord } from "../base/errors.ts";
import { bench } from "./headless-bench.ts";
import type { HeadlessAnswer, HeadlessReport, HeadlessRequest } from "./headless-request.ts";
import { giveInputs, openTarget } from "./headless-session.ts";

window.conchRun = (request) => answer(run(request));
window.conchBench = (request) => answer(bench(request));

async function answer<Report>(work: Promise<Report>): Promise<HeadlessAnswer<Report>> {
  try {
    return { report: await work };
  } catch (thrown) {
    return { error: toErrorRecord(thrown) };
  }
}

async function run(request: HeadlessRequest): Promise<HeadlessReport> {
  const { model, kind } = request;
  const { session } = await openTarget(request);
  const warnings = await giveInputs(session, request);
  await session.execute(model, { cache: request.cache, keepWires: false, ...(kind === undefined ? {} : { kind }) });
  const { result, error } = session.getState().run;
  if (error !== null) throw fromErrorRecord(error);
  if (result === null) throw new ConchError("INTERNAL", `The run of '${model}' ended without a result`);
  for (const [name, handle] of Object.entries(result.outputs)) {
    const body = await session.encode(handle, "npy");
    const answer = await fetch(`${request.outputUrl}/${encodeURIComponent(name)}`, { method: "POST", body });
    if (!answer.ok) throw new ConchError("OUTPUT_UNWRITABLE", `${name} cannot be written: ${await answer.text()}`, { data: { output: name } });
  }
  const gpu = session.getState().environment?.gpu;
  return {
    model,
    adapter: gpu == null ? null : gpu.description || [gpu.vendor, gpu.architecture].filter((part) => part !== "").join(" "),
    software: gpu?.software ?? true,
    steps: result.steps,
    uploads: result.uploads,
    readbacks: result.readbacks,
    peakGpuBytes: result.peakGpuBytes,
    outputs: Object.fromEntries(Object.entries(result.outputs).map(([name, { dataType, shape }]) => [name, { dataType, shape }])),
    warnings,
    seconds: result.milliseconds / 1000,
  };
}
