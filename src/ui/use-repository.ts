import { useMemo } from "react";
import { useStore } from "zustand";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { RepositoryView } from "../state/derived.ts";
import { useApp } from "./app-context.ts";

/** The open repository as derived from its texts; renders again when they change. */
export function useRepository(): RepositoryView {
  const { document, derivation } = useApp();
  return useStore(document, (state) => derivation.repository(state.files, state.origin?.emptyFolders));
}

/** Every finding of the open repository, by file and place. */
export function useFindings(): readonly Diagnostic[] {
  const { derivation } = useApp();
  const view = useRepository();
  return useMemo(() => derivation.allDiagnostics(view), [derivation, view]);
}
