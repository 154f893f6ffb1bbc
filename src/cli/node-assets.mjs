import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

/** What a build for Node reads as `?url`: a file that Node's fetch cannot get by its address comes as data. */
const AS_DATA = /[\\/]@jsquash[\\/].*\.wasm$/;
const FILE_URL = "\0file-url:";
const ABSENT = "\0absent:";

/** A plugin for a build that runs in Node beside this checkout: assets by their place in it, ONNX Runtime's CPU build as it is, and none for WebGPU. */
export function nodeAssets() {
  return {
    name: "conch:node-assets",
    enforce: "pre",
    async resolveId(id, importer) {
      if (id === "onnxruntime-web/webgpu") return ABSENT + id;
      if (id === "onnxruntime-web/wasm") return { id: pathToFileURL(await place(this, id, importer)).href, external: true };
      return id.endsWith("?url") ? FILE_URL + (await place(this, id.slice(0, -"?url".length), importer)) : undefined;
    },
    async load(id) {
      if (id.startsWith(ABSENT)) return "export default undefined;";
      if (!id.startsWith(FILE_URL)) return undefined;
      const file = id.slice(FILE_URL.length);
      const url = AS_DATA.test(file) ? `data:application/wasm;base64,${(await readFile(file)).toString("base64")}` : pathToFileURL(file).href;
      return `export default ${JSON.stringify(url)};`;
    },
  };
}

async function place(context, id, importer) {
  const found = await context.resolve(id, importer, { skipSelf: true });
  if (found === null) throw new Error(`${id} is not installed`);
  return found.id;
}
