import { useState } from "react";
import { useStore } from "zustand";
import type { OpenModel } from "../state/open-model.ts";
import { settings } from "../state/settings.ts";
import { rename, type Renamed } from "../triton/language/rename.ts";
import { renameNote } from "./rename-note.ts";

/** A new name of a tensor while it is typed: what it would change, or why it cannot be. */
export interface TypedName {
  /** As typed. */
  readonly text: string;
  setText(text: string): void;
  /** The name that it is. */
  readonly to: string;
  /** False for the present name. */
  readonly changes: boolean;
  readonly refused: boolean;
  /** In the interface's words; undefined for the present name. */
  readonly note: string | undefined;
}

/** Takes a new name for a tensor of the open model. Begins with the present one. */
export function useRenaming({ view, repository }: OpenModel, renamed: Renamed): TypedName {
  const language = useStore(settings, (state) => state.language);
  const [text, setText] = useState(renamed.name);
  const to = text.trim();
  const changes = to !== renamed.name;
  const result = rename(renamed, to, { model: view.name, models: repository.graphModels });
  return { text, setText, to, changes, refused: changes && "refused" in result, note: changes ? renameNote(result, language) : undefined };
}
