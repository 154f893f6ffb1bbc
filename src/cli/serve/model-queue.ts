import type { ModelConfig, ModelQueuePolicy } from "../../triton/model-config/model-config.ts";
import type { InferCall } from "../../triton/v2/serving/infer-call.ts";
import { aboutRequest, unavailable } from "../../triton/v2/serving/protocol-error.ts";

/** A request's place in the queue of its model. */
export interface QueuePlace {
  /** Its turn came, at a time in milliseconds. Throws Triton's 503 where it waited longer than it may. */
  begin(now: number): void;
  /** It no longer waits. May be called again. */
  leave(): void;
}

/** The requests to a model that wait, and how many may for how long: the queue policies of its dynamic batching. */
export class ModelQueue {
  readonly #batching: ModelConfig["dynamic_batching"];
  #waiting = 0;

  constructor({ dynamic_batching }: ModelConfig) {
    this.#batching = dynamic_batching;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Takes a request in, at a time in milliseconds. Throws Triton's 503 where the queue is full. */
  enter(call: Pick<InferCall, "id" | "priority" | "timeout">, now: number): QueuePlace {
    const policy = this.#policy(Number(call.priority));
    const most = policy?.max_queue_size ?? 0;
    if (most > 0 && this.#waiting >= most) throw unavailable(aboutRequest(call.id, "Exceeds maximum queue size"));
    this.#waiting += 1;
    const until = deadline(policy, call.timeout, now);
    let waits = true;
    const leave = (): void => {
      if (waits) this.#waiting -= 1;
      waits = false;
    };
    return {
      leave,
      begin: (at) => {
        leave();
        if (at > until) throw unavailable(aboutRequest(call.id, "Request timeout expired"));
      },
    };
  }

  /** An unknown level counts as the default one. */
  #policy(priority: number): ModelQueuePolicy | undefined {
    const { priority_levels = 0, default_priority_level = 0, priority_queue_policy = {}, default_queue_policy } = this.#batching ?? {};
    const level = priority > 0 && priority <= priority_levels ? priority : default_priority_level;
    return priority_queue_policy[String(level)] ?? default_queue_policy;
  }
}

/** A request may shorten the model's own time, where the model lets it. What is only delayed comes to its turn here all the same. */
function deadline(policy: ModelQueuePolicy | undefined, asked: bigint, now: number): number {
  if (policy === undefined || policy.timeout_action === "DELAY") return Infinity;
  const own = policy.default_timeout_microseconds;
  const shorter = policy.allow_timeout_override && asked > 0n && Number(asked) < own ? Number(asked) : own;
  return shorter === 0 ? Infinity : now + shorter / 1000;
}
