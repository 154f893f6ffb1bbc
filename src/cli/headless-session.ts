import { ConchError } from "../base/errors.ts";
import { openHttp } from "../repositories/http/open-http.ts";
import type { RuntimePort } from "../runtime/client.ts";
import { createDerivation } from "../state/derived.ts";
import { createDocumentStore } from "../state/document.ts";
import { createModelHeaders } from "../state/model-headers.ts";
import { documentFiles, readTexts } from "../state/opened-files.ts";
import { createSession, type SessionStore } from "../state/session.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import type { HeadlessTarget } from "./headless-request.ts";

/** The application's own session on a target, its requested outputs set. Throws REQUEST_INVALID for a model or output that is not there. */
export async function openTarget({ repository, model, outputs }: HeadlessTarget): Promise<{ session: SessionStore; config: ModelConfig }> {
  const source = await openHttp(repository, (url, init) => fetch(url, init));
  const document = createDocumentStore();
  const headers = createModelHeaders(document);
  const derivation = createDerivation(headers);
  const texts = await readTexts(source, new AbortController().signal);
  document.getState().open({ kind: source.kind, name: source.name, emptyFolders: source.emptyFolders }, documentFiles(source, texts));
  const viewOf = () => derivation.repository(document.getState().files, source.emptyFolders);
  const { models } = viewOf();
  if (!models.has(model)) {
    throw new ConchError("REQUEST_INVALID", `Request for unknown model: '${model}' is not found; the repository has ${[...models.keys()].join(", ")}`, {
      data: { found: model, expected: [...models.keys()] },
    });
  }
  const spawn = (): RuntimePort => new Worker(new URL("../runtime/worker.ts", import.meta.url), { type: "module" }) as RuntimePort;
  const session = createSession({ document, derivation, headers, spawn });
  await headers.begin((file) => session.readHeader(file));
  const { config } = viewOf().models.get(model)!;
  const unknown = outputs?.find((name) => !config.output.some((output) => output.name === name));
  if (unknown !== undefined) {
    throw new ConchError("REQUEST_INVALID", `unexpected inference output '${unknown}' for model '${model}'; it has ${config.output.map(({ name }) => name).join(", ")}`, {
      data: { found: unknown, model },
    });
  }
  if (outputs !== undefined) session.setRequestedOutputs(model, outputs);
  return { session, config };
}

/** Decodes the input files; an affine input is filled by the file that has one, unless it is given itself. The answer is what they gave cause to say. */
export async function giveInputs(session: SessionStore, { model, inputs, frame }: HeadlessTarget): Promise<string[]> {
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
