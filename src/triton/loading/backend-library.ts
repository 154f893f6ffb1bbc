import type { Reporter } from "../ensemble/reporter.ts";
import type { ModelVersion } from "../repository/repository.ts";
import type { RepositoryContent } from "./content.ts";
import type { TritonServer } from "./server.ts";

const STRATEGY = "TRITON_BATCH_STRATEGY_PATH";

/**
 * Whether the library of a model's backend is found: in the version folder, in the model's folder, or among the server's backends. Nothing is
 * known of a server whose backends are not known.
 */
export function libraryFindings(reporter: Reporter, version: ModelVersion, content: RepositoryContent, server: TritonServer): void {
  const { name, backend, runtime } = reporter.config;
  if (server.backends === undefined) return;
  const installed = server.backends.has(backend);
  const own = `libtriton_${backend}.so`;
  const folders = [version.path, reporter.model.name];
  if (folders.some((folder) => content.size(`${folder}/${runtime || own}`) !== undefined)) return;
  if (runtime === "") {
    if (installed) return;
    reporter.add("BACKEND_NOT_INSTALLED", `unable to find backend library for backend '${backend}', try specifying runtime on the model configuration.`, ["backend"], {
      hint: `This server has no backend ${backend}.`,
    });
  } else if (!installed || runtime !== own) {
    const searched = [...folders, `<backends>/${backend}`].map((folder) => `'${folder}' `).join("");
    reporter.add("BACKEND_RUNTIME", `unable to find backend library '${runtime}' for model '${name}', searched: ${searched}`, ["runtime"], {
      hint: "Leave runtime out; the server finds the backend's library by its name.",
    });
  }
}

/**
 * A library for custom batching: not with a sequence batcher, and a file of the model by its absolute path. Where the repository lies in the
 * server is not known, so a path that ends as one of the model's files does may be right.
 */
export function strategyFindings(reporter: Reporter, content: RepositoryContent): void {
  const path = reporter.config.parameters[STRATEGY]?.string_value;
  if (path === undefined) return;
  const at = ["parameters", STRATEGY];
  if (reporter.config.sequence_batching !== undefined) {
    reporter.add("BATCH_STRATEGY", `${STRATEGY} cannot be specified with sequence batcher, using default batching strategy`, at, { hint: "Remove the parameter." });
  }
  const { name } = reporter.model;
  const ends = path.split(`/${name}/`).map((_, index, parts) => parts.slice(index).join(`/${name}/`)).slice(1);
  if (!path.startsWith("/") || !ends.some((end) => content.size(`${name}/${end}`) !== undefined)) {
    reporter.add("BATCH_STRATEGY", "Batching library path escapes model repository.", at, { hint: "Write the library's absolute path, inside the model's folder." });
  }
}
