import { SEVERITIES, type Diagnostic } from "../../base/diagnostic.ts";
import type { DataType } from "../../tensor/data-type.ts";
import { findingsByNode, findingsByTensor, type OpenModel } from "../../state/open-model.ts";
import type { Endpoint, EnsembleGraph, GraphPort, GraphStep, GraphTensor, GraphTerminal } from "../../triton/ensemble/graph.ts";

/** Which column of a step a port stands in: "in" takes a tensor, "out" gives one. */
export type PortSide = "in" | "out";

/** The groups of an outline. */
export type OutlineGroup = "inputs" | "steps" | "outputs" | "tensors";

/** What a row is about. */
export type RowSubject =
  | { readonly kind: "group"; readonly group: OutlineGroup; readonly count: number }
  | { readonly kind: "step"; readonly step: GraphStep }
  /** An input or output of the model: an end of a wire like any port. */
  | { readonly kind: "terminal"; readonly end: Endpoint; readonly side: PortSide; readonly optional: boolean }
  | { readonly kind: "port"; readonly end: Endpoint; readonly side: PortSide; readonly port: GraphPort }
  | { readonly kind: "tensor" }
  | { readonly kind: "finding"; readonly finding: Diagnostic };

/** A row of the outline, as it stands on screen. */
export interface OutlineRow {
  /** "group:steps", "step:unet", "step:unet/in:IMAGE", "input:CT", "tensor:logits", and below them "…!<id of the finding>". */
  readonly id: string;
  readonly subject: RowSubject;
  readonly label: string;
  /** 1 for groups. */
  readonly level: number;
  /** Its place among its siblings, from 1, and how many there are. */
  readonly position: number;
  readonly siblings: number;
  /** undefined: nothing below it. */
  readonly expanded?: boolean;
  /** Node id of the graph that it belongs to; absent for groups and tensors. */
  readonly node?: string;
  /** The ensemble tensor that it is, or is connected to. */
  readonly tensor?: string;
  readonly dataType?: DataType;
  /** Without the batch dimension. */
  readonly dims?: readonly number[];
  /** Where its tensor comes from or goes to; of a row of tensors the producer, then the consumers. */
  readonly connections?: readonly Connection[];
  /** How many findings are about it, and the worst of them; absent: none. */
  readonly findings?: { readonly count: number; readonly worst: Diagnostic };
}

/** The other end of a wire. */
export interface Connection {
  /** "from": it gives the tensor; "to": it reads it. */
  readonly way: "from" | "to";
  /** "postprocess · LOGITS", or the name of an input or output. */
  readonly title: string;
}

/** What the rows are made from. */
interface Source {
  readonly model: OpenModel;
  /** Those findings of the repository that make rows, by node and by tensor. */
  readonly byNode: ReadonlyMap<string, readonly Diagnostic[]>;
  readonly byTensor: ReadonlyMap<string, readonly Diagnostic[]>;
  readonly tensors: ReadonlyMap<string, GraphTensor>;
}

interface Branch {
  readonly row: Omit<OutlineRow, "level" | "position" | "siblings" | "expanded">;
  readonly children: readonly Branch[];
}

/** The rows on screen: inputs, steps with their ports, outputs, tensors; below what findings name, the findings. */
export function outlineRows(model: OpenModel, all: readonly Diagnostic[], isExpanded: (id: string) => boolean): readonly OutlineRow[] {
  const { graph, view } = model;
  const shown = all.filter(isShown);
  const source: Source = {
    model,
    byNode: findingsByNode(model, shown),
    byTensor: findingsByTensor(model, shown),
    tensors: new Map(graph.tensors.map((tensor) => [tensor.name, tensor])),
  };
  const groups = [
    group("inputs", graph.inputs.map((one) => terminal(source, one, "out"))),
    group("steps", graph.steps.map((step) => stepBranch(source, step))),
    group("outputs", graph.outputs.map((one) => terminal(source, one, "in"))),
    // Of a model that is no ensemble every tensor is an input or an output.
    ...(view.isEnsemble ? [group("tensors", graph.tensors.map((tensor) => tensorBranch(source, tensor)))] : []),
  ];
  const rows: OutlineRow[] = [];
  flatten(groups, 1, isExpanded, rows);
  return rows;
}

function flatten(branches: readonly Branch[], level: number, isExpanded: (id: string) => boolean, rows: OutlineRow[]): void {
  for (const [index, { row, children }] of branches.entries()) {
    const expanded = children.length > 0 ? isExpanded(row.id) : undefined;
    rows.push({ ...row, level, position: index + 1, siblings: branches.length, ...(expanded !== undefined && { expanded }) });
    if (expanded === true) flatten(children, level + 1, isExpanded, rows);
  }
}

function group(name: OutlineGroup, children: readonly Branch[]): Branch {
  return { row: { id: `group:${name}`, subject: { kind: "group", group: name, count: children.length }, label: name }, children };
}

function terminal(source: Source, { id, name, dataType, dims, optional }: GraphTerminal, side: PortSide): Branch {
  const end: Endpoint = side === "out" ? { kind: "input", name } : { kind: "output", name };
  const row = { id, node: id, label: name, tensor: name, dataType, dims, connections: otherEnds(source, side, name), subject: { kind: "terminal" as const, end, side, optional } };
  return withFindings(row, source.byNode.get(id) ?? []);
}

function stepBranch(source: Source, step: GraphStep): Branch {
  const findings = source.byNode.get(step.id) ?? [];
  const named = (name: string): readonly Diagnostic[] => findings.filter(({ subject }) => subject?.step === step.index && subject.port === name);
  const ports = [
    ...step.inputs.map((port) => portBranch(source, step, "in", port, named(port.name))),
    ...step.outputs.map((port) => portBranch(source, step, "out", port, named(port.name))),
  ];
  const below = new Set(ports.flatMap(({ children }) => children.map(({ row }) => (row.subject.kind === "finding" ? row.subject.finding.id : ""))));
  const own = findings.filter(({ id }) => !below.has(id));
  const row = { id: step.id, node: step.id, label: step.modelName, subject: { kind: "step" as const, step } };
  return { row: { ...row, ...countOf(findings) }, children: [...own.map((finding) => findingBranch(row, finding)), ...ports] };
}

function portBranch(source: Source, step: GraphStep, side: PortSide, port: GraphPort, findings: readonly Diagnostic[]): Branch {
  const { name, tensor, dataType, dims } = port;
  const row = {
    id: `${step.id}/${side}:${name}`,
    node: step.id,
    label: name,
    ...(tensor !== undefined && { tensor, connections: otherEnds(source, side, tensor) }),
    ...(dataType !== undefined && { dataType }),
    ...(dims !== undefined && { dims }),
    subject: { kind: "port" as const, end: { kind: "step" as const, step: step.index, port: name }, side, port },
  };
  return withFindings(row, findings);
}

function tensorBranch(source: Source, { name, dataType, dims }: GraphTensor): Branch {
  const row = {
    id: `tensor:${name}`,
    label: name,
    tensor: name,
    ...(dataType !== undefined && { dataType }),
    ...(dims !== undefined && { dims }),
    connections: [...otherEnds(source, "in", name), ...otherEnds(source, "out", name)],
    subject: { kind: "tensor" as const },
  };
  return withFindings(row, source.byTensor.get(name) ?? []);
}

function withFindings(row: Branch["row"], findings: readonly Diagnostic[]): Branch {
  return { row: { ...row, ...countOf(findings) }, children: findings.map((finding) => findingBranch(row, finding)) };
}

function findingBranch({ id, node, tensor }: Branch["row"], finding: Diagnostic): Branch {
  const place = { ...(node !== undefined && { node }), ...(tensor !== undefined && { tensor }) };
  return { row: { id: `${id}!${finding.id}`, label: finding.message, ...place, subject: { kind: "finding", finding } }, children: [] };
}

/** A hint that is only for information makes no row, as it makes no badge on the canvas. */
function isShown({ severity }: Diagnostic): boolean {
  return severity !== "info";
}

function countOf(findings: readonly Diagnostic[]): Pick<OutlineRow, "findings"> {
  const [worst] = SEVERITIES.flatMap((severity) => findings.find((finding) => finding.severity === severity) ?? []);
  return worst === undefined ? {} : { findings: { count: findings.length, worst } };
}

/** What is at the other end of a tensor, seen from a port of one side: its producers, or its consumers. */
function otherEnds({ model: { graph }, tensors }: Source, side: PortSide, name: string): readonly Connection[] {
  const tensor = tensors.get(name);
  if (tensor === undefined) return [];
  if (side === "out") return tensor.consumers.map((end) => ({ way: "to", title: endTitle(graph, end) }));
  const producers = tensor.producer === undefined ? [] : [tensor.producer, ...tensor.otherProducers];
  return producers.map((end) => ({ way: "from", title: endTitle(graph, end) }));
}

/** An end of a wire in words: "postprocess · LOGITS", or the name of an input or output. */
export function endTitle(graph: EnsembleGraph, end: Endpoint): string {
  return end.kind === "step" ? `${graph.steps[end.step]?.modelName ?? end.step} · ${end.port}` : end.name;
}

/** The row that stands for what is selected: a node's own, a tensor's own, or for a folded tensor the first that is connected to it. */
export function rowOfSelection(rows: readonly OutlineRow[], node: string | null, tensor: string | null): string | undefined {
  if (tensor !== null) return (rows.find(({ id }) => id === `tensor:${tensor}`) ?? rows.find((row) => row.tensor === tensor))?.id;
  return node === null ? undefined : rows.find(({ id }) => id === node)?.id;
}
