import { useState, type DragEvent } from "react";
import { readDrop } from "../../repositories/dropped/read-drop.ts";
import { useApp } from "../../ui/app-context.ts";

/** Lets an element take dropped models into the open repository. `over`: files are above it. */
export function useModelDrop() {
  const { workspace } = useApp();
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");
  return {
    over,
    handlers: {
      onDragEnter: (event: DragEvent) => hasFiles(event) && setOver(true),
      onDragLeave: (event: DragEvent<HTMLElement>) => {
        // It is left for one of its own children all the time.
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      },
      onDragOver: (event: DragEvent) => hasFiles(event) && event.preventDefault(),
      onDrop: (event: DragEvent) => {
        setOver(false);
        if (!hasFiles(event)) return;
        // The window would open them as another repository.
        event.preventDefault();
        void workspace.addModels(readDrop(event.dataTransfer));
      },
    },
  };
}
