import { expect, test } from "vitest";
import { packageFolder } from "./notices.mjs";

test.for([
  ["/home/me/conch/node_modules/react/index.js", "/home/me/conch/node_modules/react"],
  ["/home/me/conch/node_modules/@mantine/core/esm/index.mjs", "/home/me/conch/node_modules/@mantine/core"],
  ["/home/me/conch/node_modules/a/node_modules/b/index.js", "/home/me/conch/node_modules/a/node_modules/b"],
  ["/home/me/conch/node_modules/onnxruntime-web/dist/ort.wasm?url", "/home/me/conch/node_modules/onnxruntime-web"],
  ["\0/home/me/conch/node_modules/react/index.js?commonjs-module", "/home/me/conch/node_modules/react"],
  ["node_modules/onnxruntime-web/dist/ort.wasm", "node_modules/onnxruntime-web"],
  ["C:/conch/node_modules/react/index.js", "C:/conch/node_modules/react"],
  ["/home/me/conch/src/main.tsx", undefined],
  ["\0vite/preload-helper.js", undefined],
] as const)("the package of %j is %j", ([id, folder]) => {
  expect(packageFolder(id)).toBe(folder);
});
