import type { App } from "../../ui/app-context.ts";

/** Offers the open repository, edits included, as a download named after it. */
export async function downloadZip(workspace: App["workspace"], name = "repository"): Promise<void> {
  const blob = await workspace.zip(new Date());
  if (blob !== undefined) download(blob, `${name}.zip`);
}

/** Writes into the folder where the browser can, else downloads a zip. */
export async function save({ document, workspace }: Pick<App, "document" | "workspace">): Promise<void> {
  const { origin } = document.getState();
  if (origin === null) return;
  if (origin.write !== undefined) await workspace.save();
  else await downloadZip(workspace, origin.name);
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
