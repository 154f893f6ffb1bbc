import { useMemo } from "react";
import { useStore } from "zustand";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { RepositoryView } from "../state/derived.ts";
import { openModelOf, type OpenModel } from "../state/open-model.ts";
import { useApp } from "./app-context.ts";

/** What follows from the files of the open repository; the same object until they change. */
export function useRepository(): RepositoryView {
  const { document, derivation, headers } = useApp();
  const files = useStore(document, (state) => state.files);
  const origin = useStore(document, (state) => state.origin);
  // The derivation looks at the headers by itself, and remembers its last answer: a change of them only has to make it look again.
  useStore(headers, (state) => state.headers);
  return derivation.repository(files, origin?.emptyFolders);
}

/** The model on screen as a graph; undefined where none is open. */
export function useOpenModel(): OpenModel | undefined {
  const { derivation, selection } = useApp();
  const repository = useRepository();
  const model = useStore(selection, (state) => state.model);
  return useMemo(() => openModelOf(derivation, repository, model), [derivation, repository, model]);
}

/** Every finding of the open repository. */
export function useDiagnostics(): readonly Diagnostic[] {
  return useRepository().diagnostics;
}
