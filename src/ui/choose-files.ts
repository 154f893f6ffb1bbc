/** Lets the user choose files, or with `folder` a folder, of which all files are given. Empty where the user chose none. Call it from a click or key. */
export function chooseFiles({ folder = false, accept = "" }: { readonly folder?: boolean; readonly accept?: string } = {}): Promise<readonly File[]> {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = accept;
  input.webkitdirectory = folder;
  return new Promise((resolve) => {
    input.addEventListener("change", () => resolve([...(input.files ?? [])]));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  });
}
