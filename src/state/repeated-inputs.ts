import { itemInputs } from "../plan/item-inputs.ts";
import type { TensorHandle } from "../runtime/protocol.ts";
import type { SessionStore } from "./session.ts";

/** The inputs of a model with so many items, in the worker of a session. Those of one batch are held at a time; {@link end} lets them go. */
export class RepeatedInputs {
  readonly #session: SessionStore;
  readonly #model: string;
  readonly #signal: AbortSignal;
  #held: { readonly generation: number; readonly items: number | null; readonly handles: Readonly<Record<string, TensorHandle>> } | undefined;

  constructor(session: SessionStore, model: string, signal: AbortSignal) {
    this.#session = session;
    this.#model = model;
    this.#signal = signal;
  }

  /** The inputs at hand, those that count items with so many of them, over and over; null: as they are. Made once per batch and worker. Throws as `runInputs`. */
  async at(items: number | null): Promise<Readonly<Record<string, TensorHandle>>> {
    const { client } = this.#session;
    const given = await this.#session.runInputs(this.#model, this.#signal);
    if (this.#held?.items === items && this.#held.generation === client.generation) return this.#held.handles;
    await this.end();
    const handles: Record<string, TensorHandle> = {};
    const counting = new Set(itemInputs(this.#session.reachable(this.#model).get(this.#model)!.config));
    this.#held = { generation: client.generation, items, handles };
    for (const [name, handle] of Object.entries(given)) handles[name] = await client.request("repeat", { handle, items: counting.has(name) ? items : null });
    return handles;
  }

  /** Frees them. */
  async end(): Promise<void> {
    const { client } = this.#session;
    const handles = this.#held?.generation === client.generation ? Object.values(this.#held.handles) : [];
    this.#held = undefined;
    if (handles.length > 0) await client.request("release", { handles }).catch(() => undefined);
  }
}
