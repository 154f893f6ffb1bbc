import type { Severity } from "../../base/diagnostic.ts";
import { encodeSourceText } from "../../base/source-text.ts";
import type { RepositoryView } from "../../state/derived.ts";
import type { DocumentFile } from "../../state/document.ts";

/** A row of the explorer's tree, as it stands on screen. */
export interface TreeRow {
  /** Repository path; of a model its directory name. */
  readonly id: string;
  readonly kind: "model" | "version" | "folder" | "file";
  readonly label: string;
  /** 1 for models. */
  readonly level: number;
  /** Its place among its siblings, from 1, and how many there are. */
  readonly position: number;
  readonly siblings: number;
  /** undefined: nothing below it. */
  readonly expanded?: boolean;
  /** The model that it belongs to; absent for files beside the models. */
  readonly model?: string;
  /** Of a model: "ensemble", or its backend's name. */
  readonly backend?: string;
  /** Of a file. */
  readonly bytes?: number;
  /** Whether the editor opens it. */
  readonly text?: boolean;
  readonly edited?: boolean;
  /** The worst finding about a model. */
  readonly severity?: Severity;
}

interface Node {
  id: string;
  kind: TreeRow["kind"];
  label: string;
  extra: Partial<TreeRow>;
  children: Node[];
}

/** The rows on screen: ensembles, then other models, then files beside them; below what is expanded, its content. */
export function treeRows(
  view: RepositoryView,
  files: ReadonlyMap<string, DocumentFile>,
  expanded: ReadonlySet<string>,
  severities: ReadonlyMap<string, Severity>,
): readonly TreeRow[] {
  const models = [...view.models.values()].sort((a, b) => Number(b.isEnsemble) - Number(a.isEnsemble) || a.name.localeCompare(b.name));
  const roots: Node[] = [];
  const placed = new Set<string>();
  for (const { name, directory, isEnsemble, backend } of models) {
    const children: Node[] = [];
    const own = [...(directory.config === undefined ? [] : [directory.config]), ...directory.files];
    for (const path of own) {
      placed.add(path);
      children.push(fileNode(files, path, path.slice(name.length + 1), name));
    }
    for (const version of directory.versions) {
      for (const path of version.files) placed.add(path);
      const inside = version.files.map((path) => fileNode(files, path, path.slice(version.path.length + 1), name));
      children.push({ id: version.path, kind: "version", label: String(version.number), extra: { model: name }, children: inside });
    }
    const severity = severities.get(name);
    const extra = { model: name, backend: isEnsemble ? "ensemble" : backend.backend, ...(severity && { severity }) };
    roots.push({ id: name, kind: "model", label: name, extra, children });
  }
  for (const path of [...files.keys()].sort()) {
    if (!placed.has(path) && !/(^|\/)\.(gitkeep|keep)$/.test(path)) roots.push(fileNode(files, path, path));
  }
  const rows: TreeRow[] = [];
  flatten(roots, 1, expanded, rows);
  return rows;
}

function fileNode(files: ReadonlyMap<string, DocumentFile>, path: string, label: string, model?: string): Node {
  const file = files.get(path);
  const text = file?.text;
  const bytes = text !== undefined && text !== file?.saved ? encodeSourceText(text).byteLength : file?.file?.size;
  return {
    id: path,
    kind: "file",
    label,
    extra: {
      text: text !== undefined,
      edited: text !== undefined && text !== file?.saved,
      ...(model !== undefined && { model }),
      ...(bytes !== undefined && { bytes }),
    },
    children: [],
  };
}

function flatten(nodes: readonly Node[], level: number, expanded: ReadonlySet<string>, rows: TreeRow[]): void {
  for (const [index, { id, kind, label, extra, children }] of nodes.entries()) {
    const opens = children.length > 0 ? { expanded: expanded.has(id) } : {};
    rows.push({ id, kind, label, level, position: index + 1, siblings: nodes.length, ...extra, ...opens });
    if (children.length > 0 && expanded.has(id)) flatten(children, level + 1, expanded, rows);
  }
}

/** The worst severity of the findings of each model. */
export function worstByModel(findings: readonly { readonly model?: string; readonly severity: Severity }[]): ReadonlyMap<string, Severity> {
  const order: readonly Severity[] = ["info", "warning", "error"];
  const worst = new Map<string, Severity>();
  for (const { model, severity } of findings) {
    if (model === undefined) continue;
    const known = worst.get(model);
    if (known === undefined || order.indexOf(severity) > order.indexOf(known)) worst.set(model, severity);
  }
  return worst;
}
