// The page of `conch run`: the application's own session, without an interface.
import { ConchError, fromErrorRecord, toErrorRecord } from "../base/errors.ts";
import { openHttp } from "../repositories/http/open-http.ts";
import type { RuntimePort } from "../runtime/client.ts";
import { createDerivation } from "../state/derived.ts";
import { createDocumentStore } from "../state/document.ts";
import { createModelHeaders } from "../state/model-headers.ts";
import { documentFiles, readTexts } from "../state/opened-files.ts";
import { createSession, type SessionStore } from "../state/session.ts";
import type { HeadlessAnswer, HeadlessReport, HeadlessRequest } from "./headless-request.ts";

window.conchRun = async (request): Promise<HeadlessAnswer> => {
  try {
    return { report: await run(request) };
  } catch (thrown) {
    return { error: toErrorRecord(thrown) };
  }
};

async function open(repository: string) {
  const source = await openHttp(repository, (url, init) => fetch(url, init));
  const document = createDocumentStore();
  const headers = createModelHeaders(document);
  const derivation = createDerivation(headers);
  const texts = await readTexts(source, new AbortController().signal);
  document.getState().open({ kind: source.kind, name: source.name, emptyFolders: source.emptyFolders }, documentFiles(source, texts));
  return { document, derivation, headers, view: derivation.repository(document.getState().files, source.emptyFolders) };
}

async function run(request: HeadlessRequest): Promise<HeadlessReport> {
  const { document, derivation, headers, view } = await open(request.repository);
  const { model, kind, outputs } = request;
  if (!view.models.has(model)) {
    throw new ConchError("REQUEST_INVALID", `Request for unknown model: '${model}' is not found; the repository has ${[...view.models.keys()].join(", ")}`, {
      data: { found: model, expected: [...view.models.keys()] },
    });
  }
  const spawn = (): RuntimePort => new Worker(new URL("../runtime/worker.ts", import.meta.url), { type: "module" }) as RuntimePort;
  const session = createSession({ document, derivation, headers, spawn });
  await headers.begin((file) => session.readHeader(file));
  const { files, origin } = document.getState();
  const config = derivation.repository(files, origin?.emptyFolders).models.get(model)?.config;
  const unknown = outputs?.find((name) => config !== undefined && !config.output.some((output) => output.name === name));
  if (unknown !== undefined) {
    throw new ConchError("REQUEST_INVALID", `unexpected inference output '${unknown}' for model '${model}'; it has ${config?.output.map(({ name }) => name).join(", ")}`, {
      data: { found: unknown, model },
    });
  }
  const warnings = await giveInputs(session, request);
  if (outputs !== undefined) session.setRequestedOutputs(model, outputs);
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

/** Decodes the input files; an affine input is filled by the file that has one, unless it is given itself. */
async function giveInputs(session: SessionStore, { model, inputs, frame }: HeadlessRequest): Promise<string[]> {
  for (const [name, files] of Object.entries(inputs)) {
    const blobs = await Promise.all(files.map(async (file) => ({ name: file.name, blob: await download(file.url, file.name) })));
    await session.setInput(model, name, { kind: "files", files: blobs, ...(frame === undefined ? {} : { frame }) });
  }
  const states = Object.entries(session.getState().inputs[model] ?? {});
  for (const [name, state] of states) {
    if (state?.error !== undefined) throw new ConchError(state.error.code, `input ${name}: ${state.error.message}`, { data: state.error.data });
  }
  return states.flatMap(([name, state]) => (state?.decoded?.warnings ?? []).map((warning) => `input ${name}: ${warning}`));
}

async function download(url: string, name: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new ConchError("INPUT_INVALID", `${name} cannot be read`, { data: { file: name } });
  return response.blob();
}
