import type { ModelConfig } from "../../triton/model-config/model-config.ts";
import { invalidArgument } from "../../triton/v2/serving/protocol-error.ts";
import type { Sequence } from "../../triton/v2/serving/infer-call.ts";

/** Microseconds after which a sequence that says nothing more is over. */
const IDLE = 1_000_000;

/** What a sequence batcher asks of the requests of a model. It keeps no state for them: the models that run here have none. */
export class SequenceRules {
  readonly #model: string;
  readonly #idle: number | undefined;
  /** Sequence → until when it is open, in milliseconds. */
  readonly #open = new Map<bigint | string, number>();

  constructor(model: string, { sequence_batching }: ModelConfig) {
    this.#model = model;
    this.#idle = sequence_batching === undefined ? undefined : (sequence_batching.max_sequence_idle_microseconds || IDLE) / 1000;
  }

  /** Takes a request at a time in milliseconds. Throws what Triton answers to one that is out of order. */
  take({ id, start, end }: Sequence, batchSize: number, now: number): void {
    if (this.#idle === undefined) return;
    const request = `inference request${id === 0n || id === "" ? "" : ` for sequence ${id}`} to model '${this.#model}'`;
    if (id === 0n || id === "") throw invalidArgument(`${request} must specify a non-zero or non-empty correlation ID`);
    if (batchSize > 1) throw invalidArgument(`inference request to model '${this.#model}' must specify batch-size 1 due to requirements of sequence batcher`);
    if (!start && (this.#open.get(id) ?? 0) < now) throw invalidArgument(`${request} must specify the START flag on the first request of the sequence`);
    if (end) this.#open.delete(id);
    else this.#open.set(id, now + this.#idle);
  }
}
