import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import { findingsByNode, type OpenModel } from "../../state/open-model.ts";

/** What a node shows of its findings. */
export interface Badge {
  readonly count: number;
  readonly severity: Severity;
  /** Id of the worst finding: where a click on the badge leads. */
  readonly first: string;
  /** Messages, worst first, for the tooltip. */
  readonly messages: readonly string[];
  /** Ports that findings name, with the worst of each. */
  readonly ports: Readonly<Record<string, PortFinding>>;
}

/** The worst finding of a port. */
export interface PortFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Badges by node id; nodes without findings have none. A hint that is only for information makes no badge. */
export function nodeBadges(model: OpenModel, all: readonly Diagnostic[]): ReadonlyMap<string, Badge> {
  const shown = all.filter(({ severity }) => severity !== "info");
  return new Map([...findingsByNode(model, shown)].flatMap(([id, findings]) => {
    const badge = badgeOf(findings);
    return badge === undefined ? [] : [[id, badge]];
  }));
}

/** The worst severity of what is wrong with a wire, by its tensor; tensors with which nothing is are left out. */
export function wireSeverities({ view }: OpenModel, all: readonly Diagnostic[]): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  for (const { model, subject, severity } of all) {
    if (model !== view.name || subject?.tensor === undefined || severity === "info") continue;
    if (worst.get(subject.tensor) !== "error") worst.set(subject.tensor, severity);
  }
  return worst;
}

/** `findings` are errors and warnings. */
function badgeOf(findings: readonly Diagnostic[]): Badge | undefined {
  const sorted = [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  const [worst] = sorted;
  if (worst === undefined) return undefined;
  return {
    count: sorted.length,
    severity: worst.severity,
    first: worst.id,
    messages: sorted.map(({ message }) => message),
    ports: Object.fromEntries([...sorted].reverse().flatMap(({ id, severity, message, subject }) => (subject?.port === undefined ? [] : [[subject.port, { id, severity, message }]]))),
  };
}
