import type { RepositoryContent } from "../triton/loading/content.ts";
import { parseConfig, type ParsedConfig } from "../triton/model-config/decode.ts";
import { readRepository } from "../triton/repository/repository.ts";

/** A repository whose files are the given texts, by repository path; a path that ends with "/" is an empty folder. */
export function writtenContent(files: Readonly<Record<string, string>>): RepositoryContent {
  const configs = new Map<string, ParsedConfig>();
  return {
    directories: readRepository(Object.keys(files), "").models,
    config(model) {
      const path = `${model}/config.pbtxt`;
      const text = files[path];
      if (text === undefined) return undefined;
      const parsed = configs.get(path) ?? parseConfig(text, path);
      configs.set(path, parsed);
      return parsed;
    },
    onnx: () => undefined,
    text: (path) => files[path],
    size: (path) => files[path]?.length,
  };
}
