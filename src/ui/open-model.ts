import { useCallback, useDeferredValue, useMemo } from "react";
import { useStore } from "zustand";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { RepositoryView } from "../state/derived.ts";
import { openModelOf, type OpenModel } from "../state/open-model.ts";
import { useApp } from "./app-context.ts";

/**
 * What follows from the files of the open repository; the same object until they change. It comes once the change itself is on screen, so that
 * nothing derived holds up a key: `files` of the view says which texts it is of. For an edit, ask {@link usePresent}.
 */
export function useRepository(): RepositoryView {
  const { document, derivation, headers } = useApp();
  const files = useStore(document, (state) => state.files);
  const origin = useStore(document, (state) => state.origin);
  // The derivation looks at the headers by itself, and remembers its last answer: a change of them only has to make it look again.
  useStore(headers, (state) => state.headers);
  const later = useDeferredValue(files);
  // Another repository is never shown late: what is selected in it would be looked for in the one before.
  const same = useDeferredValue(origin) === origin;
  return derivation.repository(same ? later : files, origin?.emptyFolders);
}

/** Gives what follows from the texts as they are now. What is on screen may be a moment older: an edit made from that would hit the wrong place. */
export function usePresent(): () => RepositoryView {
  const { document, derivation } = useApp();
  return useCallback(() => {
    const { files, origin } = document.getState();
    return derivation.repository(files, origin?.emptyFolders);
  }, [document, derivation]);
}

/** Applies the fix of a finding on screen, by its id, as the present texts have it; nothing where they no longer have the finding. */
export function useApplyFix(): (finding: string) => void {
  const { document } = useApp();
  const present = usePresent();
  return useCallback(
    (finding) => {
      const fix = present().diagnostics.find(({ id }) => id === finding)?.fix;
      if (fix !== undefined) document.getState().edit(fix.edits, "fix");
    },
    [document, present],
  );
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
