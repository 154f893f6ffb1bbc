import type { SessionStore } from "../../state/session.ts";
import type { TensorHandle, TensorSummary } from "../../runtime/protocol.ts";
import type { TensorData } from "../../tensor/data-type.ts";

/** Reads tensors of the worker, each at most once while its handle is in use. What failed is asked again. */
export interface TensorAccess {
  summary(handle: TensorHandle): Promise<TensorSummary>;
  data(handle: TensorHandle): Promise<TensorData>;
}

/** The access of a session. */
export function createTensorAccess(session: Pick<SessionStore, "read" | "summarize">): TensorAccess {
  return { summary: remembering((handle) => session.summarize(handle)), data: remembering((handle) => session.read(handle)) };
}

function remembering<Value>(ask: (handle: TensorHandle) => Promise<Value>): (handle: TensorHandle) => Promise<Value> {
  const known = new WeakMap<TensorHandle, Promise<Value>>();
  return (handle) => {
    const before = known.get(handle);
    if (before !== undefined) return before;
    const answer = ask(handle);
    known.set(handle, answer);
    answer.catch(() => known.delete(handle));
    return answer;
  };
}
