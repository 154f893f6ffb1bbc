import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync, Visitor } from "vite";
import { describe, expect, test } from "vitest";

const SOURCE = import.meta.dirname;

interface Layer {
  /** Files of the layer, relative to src. A file belongs to the first layer that matches. */
  readonly files: RegExp;
  /** Layers that it may import, besides itself. "pure" stands for all layers marked so. */
  readonly may: readonly string[];
  /** Packages that it may import; subpaths included. */
  readonly packages?: readonly string[];
  /** No DOM, no GPU, no fetch, no clock, no React: compiled by tsconfig.pure.json. */
  readonly pure?: true;
}

/** Who may import whom, lowest first where order allows. ARCHITECTURE.md says it in words. */
const LAYERS: Readonly<Record<string, Layer>> = {
  "base": { files: /^base\//, may: [], pure: true },
  "tensor": { files: /^tensor\//, may: ["base"], packages: ["fflate"], pure: true },
  "onnx": { files: /^onnx\//, may: ["model-config contract", "tensor", "base"], packages: ["@bufbuild/protobuf"], pure: true },
  "forest": { files: /^forest\//, may: ["base"], pure: true },

  "triton": { files: /^triton\/[^/]+$/, may: ["base"], pure: true },
  "pbtxt": { files: /^triton\/pbtxt\//, may: ["triton", "base"], packages: ["@lezer/lr"], pure: true },
  "model-config contract": { files: /^triton\/model-config\/model-config\.ts$/, may: ["tensor", "base"], pure: true },
  "model-config": { files: /^triton\/model-config\//, may: ["model-config contract", "pbtxt", "triton", "tensor", "base"], pure: true },
  "repository": { files: /^triton\/repository\//, may: ["model-config", "model-config contract", "pbtxt", "triton", "tensor", "base"], pure: true },
  "ensemble": {
    files: /^triton\/ensemble\//,
    may: ["repository", "model-config", "model-config contract", "pbtxt", "triton", "tensor", "base"],
    packages: ["@dagrejs/dagre"],
    pure: true,
  },
  "loading": {
    files: /^triton\/loading\//,
    may: ["onnx", "ensemble", "repository", "model-config", "model-config contract", "pbtxt", "triton", "tensor", "base"],
    pure: true,
  },
  "language": {
    files: /^triton\/language\//,
    may: ["ensemble", "repository", "model-config", "model-config contract", "pbtxt", "triton", "tensor", "base"],
    pure: true,
  },
  "deploy": { files: /^triton\/deploy\//, may: ["model-config contract", "triton", "base"], packages: ["yaml"], pure: true },
  "v2": { files: /^triton\/v2\//, may: ["model-config contract", "tensor", "base"], packages: ["valibot"], pure: true },

  "chain": {
    files: /^transforms\/(?!specs\.ts|catalogue\.ts|gpu-)[^/]+$/,
    may: ["transform list", "model-config contract", "triton", "tensor", "base"],
    pure: true,
  },
  "transform": { files: /^transforms\/[^/]+\/(spec|cpu)[^/]*$/, may: ["chain", "tensor", "base"], pure: true },
  "transform list": { files: /^transforms\/specs\.ts$/, may: ["transform", "chain"], pure: true },
  "transform opening": {
    files: /^transforms\/[^/]+\/(open[^/]*\.ts$|formats\/)/,
    may: ["transform", "chain", "tensor", "base"],
    packages: ["@huggingface/tokenizers", "@jsquash/jpeg", "@jsquash/webp", "fast-png", "omggif"],
  },
  "transform kernels": { files: /^transforms\/(gpu-[^/]+|[^/]+\/.+)$/, may: ["gpu", "transform", "chain", "model-config contract", "tensor", "base"] },
  "transform catalogue": { files: /^transforms\/catalogue\.ts$/, may: ["transform kernels", "transform opening", "transform", "chain"] },

  "plan": {
    files: /^plan\//,
    may: ["ensemble", "repository", "model-config", "model-config contract", "onnx", "chain", "tensor", "base"],
    pure: true,
  },
  "input": {
    files: /^inputs\/[^/]+\/(?!.*\.tsx$)|^inputs\/(?!input-kinds\.ts)[^/]+\.ts$/,
    may: ["tensor", "base"],
    packages: ["fflate", "nifti-reader-js", "valibot"],
    pure: true,
  },
  "input list": { files: /^inputs\/input-kinds\.ts$/, may: ["input"], pure: true },

  "protocol": { files: /^runtime\/protocol\.ts$/, may: ["plan", "onnx", "model-config contract", "tensor", "base"] },
  "client": { files: /^runtime\/client\.ts$/, may: ["protocol", "base"] },
  "gpu": { files: /^runtime\/((gpu|device|run-report)\.ts|memory\/.+)$/, may: ["protocol", "pure"] },
  "backend": {
    files: /^runtime\/backends\//,
    may: ["gpu", "protocol", "transform catalogue", "transform kernels", "pure"],
    packages: ["onnxruntime-web"],
  },
  "runtime": { files: /^runtime\//, may: ["backend", "gpu", "protocol", "transform catalogue", "pure"] },

  "repositories": { files: /^repositories\//, may: ["base"], packages: ["@zip.js/zip.js", "client-zip", "valibot"] },
  "state": { files: /^state\//, may: ["repositories", "client", "protocol", "pure"], packages: ["zustand/vanilla", "zustand/middleware", "idb"] },
  "ui": {
    files: /^ui\//,
    may: ["state", "protocol", "pure"],
    packages: ["react", "@codemirror/merge", "@codemirror/state", "@codemirror/view", "@mantine/core", "@mantine/hooks", "@tabler/icons-react", "@tanstack/react-virtual", "zustand"],
  },
  "viewer": {
    files: /^viewers\//,
    may: ["ui", "state", "protocol", "pure"],
    packages: ["react", "@mantine/core", "@mantine/hooks", "@tabler/icons-react", "@niivue/niivue", "uplot", "zustand"],
  },
  "input picker": {
    files: /^inputs\/.+\.tsx$/,
    may: ["ui", "state", "protocol", "pure"],
    packages: ["react", "@mantine/core", "@mantine/hooks", "@tabler/icons-react", "zustand"],
  },
  "feature": {
    files: /^features\//,
    may: ["input picker", "viewer", "ui", "state", "repositories", "protocol", "pure"],
    packages: [
      "react",
      "zustand",
      "@mantine/core",
      "@mantine/hooks",
      "@mantine/notifications",
      "@mantine/spotlight",
      "@tabler/icons-react",
      "@tanstack/react-query",
      "@xyflow/react",
      "fuzzysort",
      "react-resizable-panels",
      "uplot",
      "@codemirror/autocomplete",
      "@codemirror/commands",
      "@codemirror/language",
      "@codemirror/lint",
      "@codemirror/merge",
      "@codemirror/search",
      "@codemirror/state",
      "@codemirror/view",
      "@lezer/common",
      "@lezer/highlight",
      "@lezer/lr",
    ],
  },
  "composition": {
    files: /^main\.tsx$/,
    may: ["feature", "input picker", "viewer", "ui", "state", "repositories", "client", "protocol", "runtime", "pure"],
    packages: ["react", "react-dom", "zustand", "@mantine/core", "@mantine/notifications", "@mantine/spotlight", "@tanstack/react-query"],
  },

  "host contract": { files: /^repositories\/.+\.mjs$/, may: [] },
  "server": { files: /^server\//, may: ["repositories"], packages: ["vite"] },
  "lint": {
    files: /^cli\/lint\//,
    may: ["loading", "onnx", "repository", "model-config", "model-config contract", "pbtxt", "triton", "tensor", "base"],
    pure: true,
  },
  "serve": { files: /^cli\/serve\//, may: ["runtime", "backend", "protocol", "pure"] },
  "cli page": { files: /^cli\/headless[^/]*\.ts$/, may: ["state", "repositories", "client", "protocol", "runtime", "pure"] },
  "cli": { files: /^cli\//, may: ["server"], packages: ["playwright", "vite"] },

  // Imported by tests alone, as a test of its own says.
  "testing": {
    files: /^testing\//,
    may: ["state", "repositories", "client", "runtime", "backend", "gpu", "protocol", "transform catalogue", "transform kernels", "serve", "cli", "pure"],
    packages: ["vitest", "fast-check", "fflate", "onnxruntime-web", "@bufbuild/protobuf"],
  },
};

/** Folders whose subfolders never import one another, and the files that between them must name every one of them. */
const EXTENSIONS: Readonly<Record<string, { readonly named: readonly (readonly string[])[] }>> = {
  "transforms": { named: [["transforms/specs.ts"], ["transforms/catalogue.ts"]] },
  "runtime/backends": { named: [["runtime/backends/backends.ts"]] },
  "inputs": { named: [["inputs/input-kinds.ts"]] },
  "viewers": { named: [["viewers/viewers.ts"]] },
  "repositories": { named: [["repositories/open.ts", "state/reopen.ts"]] },
  "features": { named: [["main.tsx"]] },
};

/** Imports that break the table and are to go. Each line says the cure; a line that is no longer needed fails. */
const DEBTS: readonly { readonly from: string; readonly to: string; readonly cure: string }[] = [];

interface Import {
  readonly from: string;
  /** Relative to src, or the package's name. */
  readonly to: string;
  readonly inside: boolean;
}

const files = sourceFiles(SOURCE);
const imports = files.filter((file) => !isTest(file)).flatMap((file) => importsOf(file, readFileSync(join(SOURCE, file), "utf8")));

describe("the import table", () => {
  test("has a layer for every file", () => {
    expect(files.filter((file) => !isTest(file) && layerOf(file) === undefined)).toEqual([]);
  });

  test("names only layers that exist", () => {
    expect(Object.values(LAYERS).flatMap(({ may }) => may.filter((name) => name !== "pure" && !(name in LAYERS)))).toEqual([]);
  });

  test("lets a pure layer import pure layers only", () => {
    const impure = Object.entries(LAYERS).flatMap(([name, { pure, may }]) =>
      pure === true ? may.filter((other) => LAYERS[other]?.pure !== true).map((other) => `${name} → ${other}`) : [],
    );
    expect(impure).toEqual([]);
  });

  test("is kept by every import", () => {
    expect(imports.filter((each) => !isDebt(each)).flatMap(violation)).toEqual([]);
  });

  test("lists no debt that was paid", () => {
    expect(DEBTS.filter((debt) => !imports.some((each) => each.from === debt.from && each.to === debt.to && violation(each).length > 0))).toEqual([]);
  });
});

describe("imports", () => {
  test("lead to files that exist", () => {
    const known = new Set(allFiles(SOURCE));
    expect(imports.filter(({ inside, to }) => inside && !known.has(to)).map(arrow)).toEqual([]);
  });

  test("form no cycle", () => {
    expect(cycles()).toEqual([]);
  });

  test("of test code are made by tests alone", () => {
    const found = imports.filter(({ from, to, inside }) => !from.startsWith("testing/") && (inside ? to.startsWith("testing/") || isTest(to) : /^(vitest|fast-check)/.test(to)));
    expect(found.map(arrow)).toEqual([]);
  });
});

describe.for(Object.entries(EXTENSIONS))("%s", ([folder, { named }]) => {
  const kinds = readdirSync(join(SOURCE, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && files.some((file) => file.startsWith(`${folder}/${entry.name}/`) && !isTest(file)))
    .map(({ name }) => name);

  test("never import a sibling", () => {
    const kindOf = (file: string): string | undefined => kinds.find((kind) => file.startsWith(`${folder}/${kind}/`));
    const found = imports.filter(({ from, to, inside }) => inside && kindOf(from) !== undefined && kindOf(to) !== undefined && kindOf(from) !== kindOf(to));
    expect(found.filter((each) => !isDebt(each)).map(arrow)).toEqual([]);
  });

  test.for(named.map((lists) => [lists.join(" + "), lists] as const))("are all named in %s", ([, lists]) => {
    const missing = kinds.filter((kind) => !imports.some(({ from, to }) => lists.includes(from) && to.startsWith(`${folder}/${kind}/`)));
    expect(missing).toEqual([]);
  });
});

describe("the check itself", () => {
  test.for([
    ["base/errors.ts", "tensor/tensor.ts"],
    ["tensor/npy.ts", "runtime/gpu.ts"],
    ["transforms/resize/cpu.ts", "transforms/resize/gpu.ts"],
    ["plan/compile.ts", "runtime/protocol.ts"],
    ["runtime/worker.ts", "state/session.ts"],
    ["state/session.ts", "runtime/worker.ts"],
    ["ui/theme.ts", "features/shell/shell.tsx"],
    ["triton/pbtxt/parse.ts", "react"],
    ["state/document.ts", "react"],
    ["state/document.ts", "zustand"],
    ["tensor/npy.ts", "node:fs"],
    ["plan/compile.ts", "onnxruntime-web"],
    ["triton/v2/serving/routes.ts", "plan/compile.ts"],
    ["cli/serve/server.ts", "state/session.ts"],
    ["runtime/host.ts", "cli/serve/server.ts"],
    ["plan/compile.ts", "somewhere/else.ts"],
  ])("finds %s → %s", ([from, to]) => {
    expect(violation({ from, to, inside: /\.tsx?$/.test(to) })).toHaveLength(1);
  });

  test.for([
    ['import { a } from "./a.ts";', "plan/a.ts"],
    ['import type { A } from "../base/a.ts";', "base/a.ts"],
    ['import "./a.css";', "plan/a.css"],
    ['import a from "./a.wgsl?raw";', "plan/a.wgsl"],
    ['export * from "./a.ts";', "plan/a.ts"],
    ['export type { A } from "./a.ts";', "plan/a.ts"],
    ['const a = () => import("./a.ts");', "plan/a.ts"],
    ['let a: import("./a.ts").A;', "plan/a.ts"],
    ['new Worker(new URL("./a.ts", import.meta.url));', "plan/a.ts"],
    ['const a = import.meta.glob(["./a.ts"]);', "plan/a.ts"],
    ['import { a } from "@scope/a/b";', "@scope/a/b"],
  ] as const)("reads %s", ([text, to]) => {
    expect(importsOf("plan/x.ts", text).map((each) => each.to)).toEqual([to]);
  });
});

function violation(found: Import): string[] {
  const { from, to, inside } = found;
  const name = layerOf(from);
  const layer = name === undefined ? undefined : LAYERS[name];
  if (layer === undefined) return [];
  if (!inside) {
    if (to.startsWith("node:")) return /\.mjs$|^testing\//.test(from) ? [] : [`${arrow(found)}: only .mjs files run in Node`];
    return (layer.packages ?? []).some((allowed) => to === allowed || to.startsWith(`${allowed}/`)) ? [] : [`${arrow(found)}: ${name} may not import this package`];
  }
  const target = layerOf(to);
  const allowed = target === name || layer.may.some((other) => other === target || (other === "pure" && target !== undefined && LAYERS[target]?.pure === true));
  return allowed ? [] : [`${arrow(found)}: ${name} may not import ${target ?? "what has no layer"}`];
}

function layerOf(file: string): string | undefined {
  return Object.entries(LAYERS).find(([, layer]) => layer.files.test(file))?.[0];
}

function isDebt({ from, to }: Import): boolean {
  return DEBTS.some((debt) => debt.from === from && debt.to === to);
}

function arrow({ from, to }: Import): string {
  return `${from} → ${to}`;
}

/** Every import of a file: static, dynamic, of types, re-exports, Vite's globs of named files, and workers started by URL. */
function importsOf(file: string, text: string): Import[] {
  const { program, module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found = new Set<string>();
  for (const { moduleRequest } of module.staticImports) found.add(moduleRequest.value);
  for (const { entries } of module.staticExports) for (const { moduleRequest } of entries) if (moduleRequest) found.add(moduleRequest.value);
  const add = (node: { type: string; value?: unknown }): void => {
    if (node.type !== "Literal" || typeof node.value !== "string") throw new Error(`${file}: an import that cannot be read: say the file's name`);
    found.add(node.value);
  };
  new Visitor({
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
    NewExpression: ({ callee, arguments: [first, second] }) => {
      const ofModule = callee.type === "Identifier" && callee.name === "URL" && second?.type === "MemberExpression";
      if (ofModule && first?.type === "Literal" && /\.tsx?$/.test(String(first.value))) add(first);
    },
    CallExpression: ({ callee, arguments: [first] }) => {
      const isGlob = callee.type === "MemberExpression" && callee.object.type === "MetaProperty" && callee.property.type === "Identifier" && callee.property.name === "glob";
      if (!isGlob || first === undefined) return;
      for (const element of first.type === "ArrayExpression" ? first.elements : [first]) if (element !== null) add(element);
    },
  }).visit(program);
  return [...found].map((name) => {
    const inside = name.startsWith(".");
    return { from: file, inside, to: inside ? relative(SOURCE, resolve(SOURCE, dirname(file), name.replace(/\?.*$/, ""))) : name.replace(/\?.*$/, "") };
  });
}

/** Groups of files that import one another. A module loaded later, or in a worker, counts like any other. */
function cycles(): string[][] {
  const edges = new Map<string, string[]>();
  for (const { from, to, inside } of imports) if (inside) edges.set(from, [...(edges.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.get(file) as number);
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file) as number, low.get(next) as number));
    }
    if (low.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.sort());
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found;
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file);
}

function sourceFiles(folder: string): string[] {
  return allFiles(folder).filter((file) => /\.(tsx?|mjs)$/.test(file) && !/\.d\.m?ts$/.test(file));
}

function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(SOURCE, join(entry.parentPath, entry.name)))
    .sort();
}
