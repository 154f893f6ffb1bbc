import { graphModel } from "../triton/ensemble/graph-model.ts";
import type { GraphModel } from "../triton/ensemble/graph-model.ts";
import { parseConfig } from "../triton/model-config/decode.ts";
import { readRepository } from "../triton/repository/repository.ts";
import type { LanguageContext } from "../triton/language/context.ts";

/** A text with its caret, which stands as one `|` in the given one. */
export function caretIn(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf("|");
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

/** What the language services see of a repository given by its texts: model → config.pbtxt. `files` are further paths. */
export function languageContext(model: string, configs: Readonly<Record<string, string>>, files: readonly string[] = []): LanguageContext {
  const paths = Object.keys(configs).flatMap((name) => [`${name}/config.pbtxt`, `${name}/1/`]);
  const { models: directories } = readRepository([...paths, ...files]);
  const models = new Map<string, GraphModel>();
  for (const [name, directory] of directories) {
    const text = configs[name];
    if (text !== undefined) models.set(name, graphModel(directory, parseConfig(text, `${name}/config.pbtxt`)));
  }
  return { model, models, directories };
}
