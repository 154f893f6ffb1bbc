// The text of a transforms.json as a chain of checked steps, with every problem as a diagnostic.
import type { Diagnostic } from "../base/diagnostic.ts";
import { diagnosticOf, type ChainLocation, type Finding } from "./chain-finding.ts";
import { readParameters, targetOf } from "./chain-parameters.ts";
import { isJsonProblem, memberOf, plainValue, readJson, type JsonNode } from "./json-text.ts";
import { TRANSFORM_SPECS } from "./specs.ts";
import type { Parameters, TransformSpec } from "./transform.ts";

/** One transform with its keys and checked parameters. */
export interface ChainStep {
  readonly spec: TransformSpec;
  readonly keys: readonly string[];
  readonly parameters: Parameters;
  /** Keys that the dictionary lacks are passed over instead of being an error. */
  readonly allowMissingKeys: boolean;
  /** Where its entry stands in the text, and its JSON path. */
  readonly from: number;
  readonly to: number;
  readonly path: string;
}

/** A transforms.json without errors in itself; whether it fits a config is `checkChain`'s to say. */
export interface TransformChain {
  /** Dictionary key → input tensor; absent: every input under its own name. */
  readonly inputs?: ReadonlyMap<string, string>;
  /** Output tensor → dictionary key; absent: every output from the key of its own name. */
  readonly outputs?: ReadonlyMap<string, string>;
  readonly steps: readonly ChainStep[];
  /** The MONAI version whose defaults hold: "1.5". */
  readonly monai: string;
}

/** What parsing found. `chain` is absent when an error was found. */
export interface ParsedChain {
  readonly chain?: TransformChain;
  readonly diagnostics: readonly Diagnostic[];
}

/** The keys whose files or texts a step opens: its own, and those that its parameters name. None for a step that opens nothing. */
export function openedKeys({ spec, keys, parameters }: ChainStep): string[] {
  if (spec.opens === undefined) return [];
  const named = (spec.keyParameters ?? []).flatMap((name) => (typeof parameters[name] === "string" ? [parameters[name]] : []));
  return [...keys, ...named];
}

/** Whether a key holds texts, which no array takes the place of once they were opened. */
export function staysText(chain: TransformChain, key: string): boolean {
  return chain.steps.some((step) => step.spec.opens === "texts" && openedKeys(step).includes(key));
}

/** The key suffix of an array's affine. */
export const AFFINE_SUFFIX = "_affine";

const NEWEST_MONAI = "1.5";
const MEMBERS = ["inputs", "transforms", "outputs", "monai"];

/** Reads a transforms.json. Never throws on text; unknown targets, parameters and keys are findings that list the known ones. */
export function parseChain(text: string, location: ChainLocation, specs: readonly TransformSpec[] = TRANSFORM_SPECS): ParsedChain {
  const findings: Finding[] = [];
  const root = readJson(text);
  if (isJsonProblem(root)) {
    const { message, from, to } = root;
    return { diagnostics: [diagnosticOf({ code: "TRANSFORMS_SYNTAX", message, from, to, path: "" }, location)] };
  }
  const chain = readRoot(root, location, specs, findings);
  const diagnostics = findings.map((finding) => diagnosticOf(finding, location));
  const broken = chain === undefined || diagnostics.some((diagnostic) => diagnostic.severity === "error");
  return broken ? { diagnostics } : { chain, diagnostics };
}

function readRoot(root: JsonNode, location: ChainLocation, specs: readonly TransformSpec[], findings: Finding[]): TransformChain | undefined {
  if (root.kind !== "object") {
    findings.push({ code: "TRANSFORMS_STRUCTURE", message: "A transforms.json is an object with inputs, transforms and outputs", from: root.from, to: root.to, path: "" });
    return undefined;
  }
  for (const { name, from, to } of root.members) {
    if (MEMBERS.includes(name) || name.startsWith("_")) continue;
    findings.push({ code: "TRANSFORMS_STRUCTURE", message: `"${name}" is no part of a transforms.json; those are ${MEMBERS.join(", ")}`, from, to, path: name });
  }
  const inputs = readMap(root, "inputs", findings);
  const outputs = readMap(root, "outputs", findings);
  const monai = readVersion(root, findings);
  const entries = readEntries(root, findings);
  const reader: StepReader = { location, specs, findings, monai, keys: inputs === undefined ? undefined : arrayKeys([...inputs.keys()]) };
  const steps = entries.flatMap(({ node, path }, index) => readStep(reader, node, path, entries, index));
  if (reader.keys !== undefined) checkOutputKeys(reader.keys, root, outputs, findings);
  return { ...(inputs === undefined ? {} : { inputs }), ...(outputs === undefined ? {} : { outputs }), steps, monai };
}

/** The keys of arrays: those that are not the affine of another. */
function arrayKeys(keys: readonly string[]): Set<string> {
  return new Set(keys.filter((key) => affineOwner(key, keys) === undefined));
}

/** The key whose affine `key` is, if there is one among `keys`. */
export function affineOwner(key: string, keys: readonly string[]): string | undefined {
  const owner = key.endsWith(AFFINE_SUFFIX) ? key.slice(0, -AFFINE_SUFFIX.length) : undefined;
  return owner !== undefined && keys.includes(owner) ? owner : undefined;
}

function readMap(root: JsonNode, name: string, findings: Finding[]): Map<string, string> | undefined {
  const node = memberOf(root, name);
  if (node === undefined) return undefined;
  const direction = name === "inputs" ? "dictionary key to input tensor" : "output tensor to dictionary key";
  if (node.kind !== "object") {
    findings.push({ code: "TRANSFORMS_STRUCTURE", message: `${name} maps ${direction}`, from: node.from, to: node.to, path: name });
    return undefined;
  }
  const map = new Map<string, string>();
  for (const member of node.members) {
    const path = `${name}.${member.name}`;
    if (member.value.kind !== "string") {
      findings.push({ code: "TRANSFORMS_STRUCTURE", message: `${name} maps ${direction}: "${member.name}" needs a string`, from: member.value.from, to: member.value.to, path });
    } else if (map.has(member.name)) {
      findings.push({ code: "TRANSFORMS_STRUCTURE", message: `${name} has "${member.name}" twice`, from: member.from, to: member.to, path });
    } else map.set(member.name, member.value.value);
  }
  return map;
}

function readVersion(root: JsonNode, findings: Finding[]): string {
  const node = memberOf(root, "monai");
  if (node === undefined) return NEWEST_MONAI;
  if (node.kind === "string" && /^\d+\.\d+/.test(node.value)) return node.value;
  findings.push({ code: "TRANSFORMS_STRUCTURE", message: 'monai is a version in quotes: "1.5"', from: node.from, to: node.to, path: "monai" });
  return NEWEST_MONAI;
}

interface Entry {
  readonly node: JsonNode;
  readonly path: string;
  /** The list that it is an item of, for taking it out. */
  readonly siblings: readonly JsonNode[];
}

/** The entries of `transforms`, Compose flattened. */
function readEntries(root: JsonNode, findings: Finding[]): Entry[] {
  const node = memberOf(root, "transforms");
  if (node === undefined) {
    findings.push({ code: "TRANSFORMS_STRUCTURE", message: "transforms is missing: the list of transforms", from: root.from, to: root.to, path: "transforms" });
    return [];
  }
  return flatten(node, "transforms", [], findings);
}

function flatten(node: JsonNode, path: string, siblings: readonly JsonNode[], findings: Finding[]): Entry[] {
  if (node.kind === "array") return node.items.flatMap((item, index) => flatten(item, `${path}[${index}]`, node.items, findings));
  const target = memberOf(node, "_target_");
  if (target?.kind === "string" && /^(monai\.transforms\.(compose\.)?)?Compose$/.test(target.value)) {
    const inner = memberOf(node, "transforms");
    if (inner?.kind === "array") return flatten(inner, `${path}.transforms`, inner.items, findings);
    findings.push({ code: "TRANSFORM_PARAMETER_MISSING", message: "Compose needs transforms, a list", from: node.from, to: node.to, path });
    return [];
  }
  if (node.kind === "object") return [{ node, path, siblings }];
  findings.push({ code: "TRANSFORMS_STRUCTURE", message: "A transform is an object with _target_, keys and its parameters", from: node.from, to: node.to, path });
  return [];
}

interface StepReader {
  readonly location: ChainLocation;
  readonly specs: readonly TransformSpec[];
  readonly findings: Finding[];
  readonly monai: string;
  /** The array keys so far; undefined while they depend on the config. */
  keys: Set<string> | undefined;
}

function readStep(reader: StepReader, node: JsonNode, path: string, entries: readonly Entry[], index: number): ChainStep[] {
  const { findings, specs, location } = reader;
  const siblings = entries[index]?.siblings ?? [];
  const target = targetOf(node, path, { specs, location, removal: removalOf(node, siblings) }, findings);
  if (target === undefined) return [];
  const keysNode = memberOf(node, "keys");
  const plain = keysNode === undefined ? undefined : plainValue(keysNode);
  const keys = typeof plain === "string" ? [plain] : plain;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every((key) => typeof key === "string")) {
    const where = keysNode ?? node;
    findings.push({ code: "TRANSFORM_PARAMETER_MISSING", message: `${target.written} needs keys: a dictionary key or a list of them`, from: where.from, to: where.to, path: `${path}.keys` });
    return [];
  }
  const missing = memberOf(node, "allow_missing_keys");
  const allowMissingKeys = missing?.kind === "boolean" && missing.value;
  if (missing !== undefined && missing.kind !== "boolean") {
    findings.push({ code: "TRANSFORM_PARAMETER_INVALID", message: "allow_missing_keys is true or false", from: missing.from, to: missing.to, path: `${path}.allow_missing_keys` });
  }
  const parameters = readParameters(node, path, target, keys as string[], reader.monai, findings);
  if (parameters === undefined) return [];
  const { from, to } = node;
  return parameters.map(({ keys, values }) => {
    checkKeys(reader, target.spec, keys, values, allowMissingKeys, node, path);
    return { spec: target.spec, keys, parameters: values, allowMissingKeys, from, to, path };
  });
}

/** The range to cut so that an item leaves its list, with one comma. Undefined for what is no item. */
function removalOf(node: JsonNode, siblings: readonly JsonNode[]): { from: number; to: number } | undefined {
  const index = siblings.indexOf(node);
  if (index < 0) return undefined;
  const next = siblings[index + 1];
  const before = siblings[index - 1];
  if (next !== undefined) return { from: node.from, to: next.from };
  return before === undefined ? { from: node.from, to: node.to } : { from: before.to, to: node.to };
}

function checkKeys(reader: StepReader, spec: TransformSpec, keys: readonly string[], parameters: Parameters, allowMissing: boolean, node: JsonNode, path: string): void {
  const known = reader.keys;
  if (known === undefined) return;
  const wanted = spec.keyParameters?.map((name) => [name, parameters[name]] as const) ?? [];
  for (const [name, key] of [...keys.map((key) => ["keys", key] as const), ...wanted]) {
    if (typeof key !== "string" || known.has(key) || (allowMissing && name === "keys")) continue;
    const where = memberOf(node, name) ?? node;
    reader.findings.push({ code: "TRANSFORM_KEY_UNKNOWN", message: unknownKey(key, known), from: where.from, to: where.to, path: `${path}.${name}.${key}` });
  }
  for (const key of spec.produces?.(parameters, keys) ?? []) known.add(key);
}

function unknownKey(key: string, known: ReadonlySet<string>): string {
  const list = known.size === 0 ? "none" : [...known].join(", ");
  const owner = affineOwner(key, [...known]);
  if (owner !== undefined) return `"${key}" is the affine of "${owner}", which transforms update by themselves; the keys here are ${list}`;
  return `There is no key "${key}" here; the keys are ${list}`;
}

function checkOutputKeys(known: ReadonlySet<string>, root: JsonNode, outputs: ReadonlyMap<string, string> | undefined, findings: Finding[]): void {
  const node = memberOf(root, "outputs");
  if (node?.kind !== "object" || outputs === undefined) return;
  for (const member of node.members) {
    const key = outputs.get(member.name);
    if (key === undefined || known.has(key) || affineOwner(key, [...known]) !== undefined) continue;
    const { from, to } = member.value;
    findings.push({ code: "TRANSFORM_KEY_UNKNOWN", message: unknownKey(key, known), from, to, path: `outputs.${member.name}` });
  }
}
