import type { NamedFile } from "../../state/input-fit.ts";
import { useFileHover } from "../../ui/use-file-hover.ts";

/** Lets an element take dropped files, in the order in which they are given. `over`: files are above it. Folders are left to the window. */
export function useFileDrop(take: (files: readonly NamedFile[]) => void) {
  return useFileHover((event) => {
    const { items, files } = event.dataTransfer;
    if (files.length === 0 || [...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory === true)) return;
    // The window would look for a repository in them.
    event.preventDefault();
    take([...files].map((file) => ({ name: file.name, blob: file })));
  });
}
