import type { RunResult, TensorHandle } from "../runtime/protocol.ts";
import type { InputState } from "../state/session.ts";

/** A tensor that a run left behind or took in, or that was made of such. */
export interface ResultTensor {
  /** As the selection names it: "output:MASK", "wire:logits", "input:IMAGE". */
  readonly id: string;
  readonly kind: "output" | "wire" | "input";
  readonly name: string;
  readonly handle: TensorHandle;
  /** Voxel → RAS mm that came with an input's file, row-major 4 × 4. */
  readonly affine?: readonly number[];
  /** The tensor of the model whose batch dimension it has, where its own name is no tensor of the model. */
  readonly of?: string;
  /** Names of its integer values, where the model's own labels are not meant. */
  readonly labels?: readonly string[];
}

/** All tensors of a run: outputs, then wires that are neither output nor input, then inputs. */
export function resultTensors(result: Pick<RunResult, "outputs" | "wires">, inputs: Readonly<Record<string, InputState | undefined>> = {}): readonly ResultTensor[] {
  const tensor = (kind: ResultTensor["kind"], name: string, handle: TensorHandle): ResultTensor => ({ id: `${kind}:${name}`, kind, name, handle });
  const outputs = Object.entries(result.outputs).map(([name, handle]) => tensor("output", name, handle));
  const ready = Object.entries(inputs).flatMap(([name, input]) => {
    const decoded = input?.status === "ready" ? input.decoded : undefined;
    if (decoded === undefined || name in result.outputs) return [];
    return [{ ...tensor("input", name, decoded.handle), ...(decoded.affine !== null && { affine: decoded.affine }) }];
  });
  const taken = new Set([...outputs, ...ready].map(({ name }) => name));
  const wires = Object.entries(result.wires).filter(([name]) => !taken.has(name));
  return [...outputs, ...wires.map(([name, handle]) => tensor("wire", name, handle)), ...ready];
}

/** The tensor that is opened: the selected one, else one of that name, else the first output. Undefined where there is none at all. */
export function openedTensor(tensors: readonly ResultTensor[], selected: string | null): ResultTensor | undefined {
  const name = selected?.slice(selected.indexOf(":") + 1);
  return tensors.find(({ id }) => id === selected) ?? tensors.find((tensor) => tensor.name === name) ?? tensors[0];
}
