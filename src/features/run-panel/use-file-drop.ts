import { useState, type DragEvent } from "react";
import type { NamedFile } from "../../state/input-fit.ts";

/** Lets an element take dropped files, in the order in which they are given. `over`: files are above it. Folders are left to the window. */
export function useFileDrop(take: (files: readonly NamedFile[]) => void) {
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
        const { items, files } = event.dataTransfer;
        if (files.length === 0 || [...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory === true)) return;
        // The window would look for a repository in them.
        event.preventDefault();
        take([...files].map((file) => ({ name: file.name, blob: file })));
      },
    },
  };
}
