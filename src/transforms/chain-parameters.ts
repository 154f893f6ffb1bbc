// One entry of a transforms.json: its target and its parameters, checked against the transform's spec.
import type { ChainLocation, Finding } from "./chain-finding.ts";
import { memberOf, plainValue, type JsonMember, type JsonNode } from "./json-text.ts";
import type { ParameterSpec, Parameters, PythonNumber, TransformSpec } from "./transform.ts";

/** A transform as an entry names it. */
export interface Target {
  readonly spec: TransformSpec;
  /** The name as written, for messages. */
  readonly written: string;
  /** Parameters that an alias implies. */
  readonly implied: Parameters;
}

/** Entries that are no parameters of the transform itself. */
const COMMON = ["_target_", "_desc_", "keys", "allow_missing_keys"];

/** Transforms of MONAI that a step on tensors cannot have, with the reason. */
const NOT_HERE: Readonly<Record<string, string>> = {
  LoadImage: "a step gets tensors, not files: what LoadImage reads is what the input tensor holds already",
  SaveImage: "a step returns tensors and writes no files",
  Invert: "no trace of the operations to undo reaches this step",
};

/** The transform of an entry, or undefined with a finding. */
export function targetOf(
  node: JsonNode,
  path: string,
  { specs, location, removal }: { specs: readonly TransformSpec[]; location: ChainLocation; removal: { from: number; to: number } | undefined },
  findings: Finding[],
): Target | undefined {
  const target = memberOf(node, "_target_");
  if (target?.kind !== "string") {
    const { from, to } = target ?? node;
    findings.push({ code: "TRANSFORM_UNKNOWN", message: `_target_ is missing: one of ${namesOf(specs)}`, from, to, path: `${path}._target_` });
    return undefined;
  }
  const { written, names } = namesIn(target.value);
  const { from, to } = target;
  for (const name of names) {
    for (const spec of specs) {
      if (spec.name === name) return { spec, written, implied: {} };
      const implied = spec.aliases?.[name];
      if (implied !== undefined) return { spec, written, implied };
    }
    const reason = NOT_HERE[name];
    if (reason === undefined) continue;
    const fix = removal === undefined ? {} : { fix: { title: `Remove ${written}`, edits: [{ path: location.file, edits: [{ ...removal, insert: "" }] }] } };
    findings.push({ code: "TRANSFORM_NOT_HERE", message: `${written} cannot be used here: ${reason}`, hint: "Remove it", from, to, path: `${path}._target_`, ...fix });
    return undefined;
  }
  const meant = specs.find(({ name }) => name === `v2.${written}`);
  const message = `Conch does not know ${JSON.stringify(target.value)}; it knows ${namesOf(specs)}`;
  findings.push({
    code: "TRANSFORM_UNKNOWN",
    message,
    ...(meant !== undefined && { hint: `torchvision's is written ${JSON.stringify(targetText(meant))}` }),
    from,
    to,
    path: `${path}._target_`,
    stage: "browser",
  });
  return undefined;
}

/**
 * The names of specs that a target may mean. MONAI gives every dictionary transform the names Xd, XD and XDict. A name without module is
 * MONAI's, since both libraries have a Resize.
 */
function namesIn(target: string): { written: string; names: readonly string[] } {
  const torchvision = /^(?:torchvision\.transforms\.(?:v2\.)?|v2\.)(\w+)$/.exec(target)?.[1];
  if (torchvision !== undefined) return { written: `v2.${torchvision}`, names: [`v2.${torchvision}`] };
  const monai = /^(?:monai\.transforms(?:\.\w+)*\.)?(\w+)$/.exec(target)?.[1];
  if (monai !== undefined) return { written: monai, names: [monai, monai.replace(/(d|D|Dict)$/, "")] };
  return { written: target, names: [target] };
}

/** The target of a spec as a file names it. */
function targetText(spec: TransformSpec): string {
  if (spec.library === undefined) return `${spec.name}d`;
  return spec.library === "torchvision" ? `torchvision.transforms.${spec.name}` : spec.name;
}

function namesOf(specs: readonly TransformSpec[]): string {
  return specs.map(targetText).join(", ");
}

/** Keys with the parameters that hold for them: one group, or one per key where a parameter was given per key. */
export interface ParameterGroup {
  readonly keys: readonly string[];
  readonly values: Parameters;
}

/** The checked parameters of an entry, defaults filled in; undefined with findings when one is wrong. */
export function readParameters(node: JsonNode, path: string, target: Target, keys: readonly string[], monai: string, findings: Finding[]): ParameterGroup[] | undefined {
  const members = node.kind === "object" ? node.members.filter((member) => !COMMON.includes(member.name)) : [];
  const before = findings.length;
  const values: Record<string, unknown> = {};
  const perKey = new Map<string, unknown[]>();
  for (const member of members) readMember(member, path, target, keys, values, perKey, findings);
  for (const [name, spec] of Object.entries(target.spec.parameters)) {
    if (members.some((member) => member.name === name)) continue;
    if (name in target.implied) values[name] = target.implied[name];
    else if (!("default" in spec)) {
      findings.push({ code: "TRANSFORM_PARAMETER_MISSING", message: `${target.written} needs ${name}: ${spec.doc}`, from: node.from, to: node.to, path: `${path}.${name}` });
    } else {
      values[name] = defaultOf(spec, monai);
      if (spec.olderDefaults !== undefined) findings.push(changedDefault(name, spec, values[name], node, path, target, monai));
    }
  }
  if (findings.slice(before).some((finding) => (finding.severity ?? "error") === "error")) return undefined;
  const groups = perKey.size === 0 ? [{ keys, values }] : keys.map((key, index) => ({ keys: [key], values: { ...values, ...Object.fromEntries([...perKey].map(([name, list]) => [name, list[index]])) } }));
  const problems = new Set(groups.flatMap((group) => target.spec.check?.(group.values) ?? []));
  for (const message of problems) {
    const member = members.find(({ name }) => message.startsWith(name));
    const { from, to } = member?.value ?? node;
    findings.push({ code: "TRANSFORM_PARAMETER_INVALID", message: `${target.written}: ${message}`, from, to, path: `${path}.${member?.name ?? ""}:${message}` });
  }
  return problems.size > 0 ? undefined : groups;
}

function readMember(member: JsonMember, path: string, target: Target, keys: readonly string[], values: Record<string, unknown>, perKey: Map<string, unknown[]>, findings: Finding[]): void {
  const { name, value } = member;
  const spec = target.spec.parameters[name];
  const here = `${path}.${name}`;
  if (spec === undefined) {
    const known = Object.keys(target.spec.parameters);
    findings.push({ code: "TRANSFORM_PARAMETER_UNKNOWN", message: `${target.written} has no parameter ${name}; it has keys, ${known.join(", ")}`, from: member.from, to: member.to, path: here });
    return;
  }
  const reference = referenceIn(value);
  if (reference !== undefined) {
    findings.push({
      code: "TRANSFORM_REFERENCE",
      message: `"${reference}" is a reference or expression of a MONAI bundle, which is not resolved here; write the value`,
      from: value.from,
      to: value.to,
      path: here,
    });
    return;
  }
  const checked = spec.perKey === true && value.kind === "array" ? undefined : valueOf(value, spec);
  if (checked !== undefined) {
    values[name] = checked.value;
    return;
  }
  const list = spec.perKey === true && value.kind === "array" ? value.items.map((item) => valueOf(item, spec)) : undefined;
  if (list !== undefined && list.length === keys.length && list.every((item) => item !== undefined)) {
    perKey.set(name, list.map((item) => item.value));
    return;
  }
  findings.push({
    code: "TRANSFORM_PARAMETER_INVALID",
    message: `${target.written}: ${name} is ${kindText(spec)}, found ${JSON.stringify(plainValue(value))}`,
    hint: spec.doc,
    from: value.from,
    to: value.to,
    path: here,
  });
}

/** The value of a node for a parameter, or undefined when its type is another. Wrapped, because null is a value. */
function valueOf(node: JsonNode, spec: ParameterSpec): { value: unknown } | undefined {
  if (node.kind === "null") return spec.nullable === true ? { value: null } : undefined;
  switch (spec.type) {
    case "any":
      return { value: plainValue(node) };
    case "boolean":
      return node.kind === "boolean" ? { value: node.value } : undefined;
    case "string":
      return node.kind === "string" ? { value: node.value } : undefined;
    case "choice":
      return node.kind === "string" && spec.choices?.includes(node.value) === true ? { value: node.value } : undefined;
    case "integer":
      return node.kind === "number" && Number.isInteger(node.value) ? { value: node.value } : undefined;
    case "number":
      return node.kind === "number" && Number.isFinite(node.value) ? { value: spec.literal === true ? pythonNumber(node.value, node.integer) : node.value } : undefined;
    case "integer-list":
    case "number-list": {
      const fits = (item: JsonNode): boolean => item.kind === "number" && (spec.type === "number-list" ? Number.isFinite(item.value) : Number.isInteger(item.value));
      if (node.kind === "array") return node.items.every(fits) ? { value: plainValue(node) } : undefined;
      return spec.scalarToo === true && fits(node) ? { value: plainValue(node) } : undefined;
    }
  }
}

function pythonNumber(value: number, integer: boolean): PythonNumber {
  return { value, integer };
}

/** The first string that a MONAI bundle would resolve, anywhere in the value. */
function referenceIn(node: JsonNode): string | undefined {
  if (node.kind === "string") return /^[@$%]/.test(node.value) ? node.value : undefined;
  if (node.kind === "array") return node.items.map(referenceIn).find((text) => text !== undefined);
  return undefined;
}

function kindText(spec: ParameterSpec): string {
  const kinds: Record<ParameterSpec["type"], string> = {
    boolean: "true or false",
    integer: "an integer",
    number: "a number",
    string: "a string",
    "integer-list": spec.scalarToo === true ? "an integer or a list of integers" : "a list of integers",
    "number-list": spec.scalarToo === true ? "a number or a list of numbers" : "a list of numbers",
    choice: `one of ${(spec.choices ?? []).join(", ")}`,
    any: "a value",
  };
  const alternatives = [...(spec.perKey === true ? ["a list with one for each key"] : []), ...(spec.nullable === true ? ["null"] : [])];
  return [kinds[spec.type], ...alternatives].join(", or ");
}

/** The default in a version of MONAI. */
function defaultOf(spec: ParameterSpec, monai: string): unknown {
  const older = spec.olderDefaults?.find(({ before }) => isBefore(monai, before));
  return older === undefined ? spec.default : older.value;
}

function isBefore(version: string, other: string): boolean {
  const [a = [], b = []] = [version, other].map((text) => text.split(".").map((part) => Number.parseInt(part, 10)));
  return (a[0] ?? 0) !== (b[0] ?? 0) ? (a[0] ?? 0) < (b[0] ?? 0) : (a[1] ?? 0) < (b[1] ?? 0);
}

function changedDefault(name: string, spec: ParameterSpec, value: unknown, node: JsonNode, path: string, target: Target, monai: string): Finding {
  const changes = spec.olderDefaults?.map((older) => `${JSON.stringify(older.value)} before ${older.before}`).join(", ") ?? "";
  return {
    code: "TRANSFORM_DEFAULT_CHANGED",
    severity: "info",
    message: `${target.written}: ${name} is left out; its default is ${JSON.stringify(value)} in MONAI ${monai} (${changes})`,
    hint: `Write "${name}": ${JSON.stringify(value)}`,
    from: node.from,
    to: node.to,
    path: `${path}.${name}`,
  };
}
