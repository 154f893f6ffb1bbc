import { pickDirectory } from "../../repositories/directory/permission.ts";
import type { App } from "../../ui/app-context.ts";

/** Offers the open repository, edits included, as a download named after it. */
export async function downloadZip(workspace: App["workspace"], name = "repository"): Promise<void> {
  const blob = await workspace.zip(new Date());
  if (blob !== undefined) download(blob, `${name}.zip`);
}

/** Asks what to write into the repository's folder where it has one, else downloads a zip. */
export async function save({ document, workspace }: Pick<App, "document" | "workspace">): Promise<void> {
  const { origin } = document.getState();
  if (origin === null || workspace.saving.getState().plan !== null) return;
  if (origin.folder !== undefined) await workspace.saving.begin();
  else await downloadZip(workspace, origin.name);
}

/** Lets the user choose a folder, and asks what to write into it; from then on the repository lies there. */
export async function saveInto({ saving }: App["workspace"]): Promise<void> {
  const directory = await pickDirectory("readwrite");
  if (directory !== undefined) await saving.beginInto(directory);
}

/** Has the browser save a blob as a file. */
function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the blob once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
