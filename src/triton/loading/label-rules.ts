import type { Reporter } from "../ensemble/reporter.ts";
import type { RepositoryContent } from "./content.ts";

/** What Triton checks of label files: that they lie in the model's folder and can be read. */
export function labelFindings(reporter: Reporter, content: RepositoryContent): void {
  const model = reporter.model.name;
  for (const [index, { name, label_filename }] of reporter.config.output.entries()) {
    if (label_filename === "") continue;
    const path = ["output", index, "label_filename"];
    // An absolute path is joined too.
    const joined = `${model}/${label_filename.replace(/^\/+/, "")}`;
    const file = normalPath(joined);
    if (file === undefined || (file !== model && !file.startsWith(`${model}/`))) {
      reporter.add("LABEL_OUTSIDE", `label file path '${joined}' for output '${name}' in model '${reporter.config.name}' is outside model directory`, path, {
        status: "Unsupported",
        subject: { port: name },
        hint: `Put the labels into ${model}.`,
      });
    } else if (content.size(file) === undefined) {
      reporter.add("LABEL_MISSING", `failed to open text file for read ${joined}: No such file or directory`, path, {
        status: "Internal",
        subject: { port: name },
        hint: "Add the file, or remove label_filename.",
      });
    }
  }
}

/** The path without `.` and `..`; undefined where it leads out of the repository. */
export function normalPath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}
