import { useState, type DragEvent } from "react";

/** Lets an element take dropped files. `over`: files are above it; `drop` gets the event, and keeps it from the window by preventDefault. */
export function useFileHover(drop: (event: DragEvent) => void) {
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
        if (hasFiles(event)) drop(event);
      },
    },
  };
}
