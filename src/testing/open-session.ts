import type { RuntimePort } from "../runtime/client.ts";
import { createDerivation } from "../state/derived.ts";
import { createDocumentStore, type DocumentFile, type DocumentStore } from "../state/document.ts";
import { createModelHeaders } from "../state/model-headers.ts";
import { createSession, type SessionStore } from "../state/session.ts";

/** A repository opened without any interface: a document, and a session with a worker of its own. */
export interface OpenSession {
  readonly document: DocumentStore;
  readonly session: SessionStore;
}

/** Opens files (repository path → bytes, or text) in a browser test. The caller disposes the session. */
export function openSession(files: ReadonlyMap<string, Uint8Array<ArrayBuffer> | string>, gpu = true): OpenSession {
  const document = createDocumentStore();
  document.getState().open({ kind: "new", name: "test", emptyFolders: [] }, [...files].map(([path, content]) => documentFile(path, content)));
  const session = createSession({
    document,
    derivation: createDerivation(),
    headers: createModelHeaders(document),
    gpu,
    spawn: () => new Worker(new URL("../runtime/worker.ts", import.meta.url), { type: "module" }) as unknown as RuntimePort,
  });
  return { document, session };
}

function documentFile(path: string, content: Uint8Array<ArrayBuffer> | string): DocumentFile {
  if (typeof content === "string") return { path, text: content, saved: null };
  return { path, file: { path, size: content.byteLength, blob: () => Promise.resolve(new Blob([content])) } };
}

/** A shipped sample's repository and one of its example inputs, as the development server serves them. */
export async function fetchSample(name: string, example: string): Promise<{ files: Map<string, Uint8Array<ArrayBuffer> | string>; input: Blob }> {
  const index = (await (await fetch("/repositories/index.json")).json()) as { repositories: { name: string; files: { path: string }[] }[] };
  const sample = index.repositories.find((each) => each.name === name)!;
  const files = new Map<string, Uint8Array<ArrayBuffer> | string>();
  await Promise.all(
    sample.files.map(async ({ path }) => {
      const response = await fetch(`/repositories/${name}/${path}`);
      files.set(path, /\.(onnx|tl)$/.test(path) ? new Uint8Array(await response.arrayBuffer()) : await response.text());
    }),
  );
  return { files, input: await (await fetch(`/examples/${name}/${example}`)).blob() };
}
