import { readDrop } from "../../repositories/dropped/read-drop.ts";
import { useApp } from "../../ui/app-context.ts";
import { useFileHover } from "../../ui/use-file-hover.ts";

/** Lets an element take dropped models into the open repository. `over`: files are above it. */
export function useModelDrop() {
  const { workspace } = useApp();
  return useFileHover((event) => {
    // The window would open them as another repository.
    event.preventDefault();
    void workspace.addModels(readDrop(event.dataTransfer));
  });
}
