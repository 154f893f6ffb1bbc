import { createStore } from "zustand/vanilla";
import { ConchError, toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import type { TensorHandle } from "../runtime/protocol.ts";
import type { Tolerance } from "../tensor/detailed-difference.ts";
import { compareRemote, type RemoteProgress } from "./compare-remote.ts";
import type { RemoteComparison } from "./remote-comparison.ts";
import type { ServersStore } from "./servers.ts";
import type { SessionStore } from "./session.ts";

/** How the latest comparison with a server stands. Never in the history. */
export interface RemoteComparingState {
  readonly status: "idle" | "running" | "cancelling" | "done" | "cancelled" | "failed";
  readonly progress: RemoteProgress | null;
  /** As far as it is known. */
  readonly comparison: RemoteComparison | null;
  /** Why nothing could be compared. */
  readonly error: ErrorRecord | null;
  readonly wishes: RemoteWishes;
}

/** What the user has chosen. */
export interface RemoteWishes {
  /** Id of the server; null: the first. */
  readonly server: string | null;
  readonly tolerance: Tolerance;
  /** Whether each side runs once before, so that loading is not measured. */
  readonly warmup: boolean;
}

/** A comparison as it is asked for. */
export interface RemoteOrder {
  readonly model: string;
  /** Id of the server. */
  readonly server: string;
  /** Name and version of the browser. */
  readonly browser: string;
  /** How many values of an output have names. */
  named(output: string): number;
}

/** numpy's allclose has 1e-5 and 1e-8; here are two machines with kernels of their own. */
const USUAL_TOLERANCE: Tolerance = { absolute: 1e-6, relative: 1e-4 };

const IDLE = { status: "idle", progress: null, comparison: null, error: null } as const;

/** Comparisons of runs here and on servers, on the worker of a session; one at a time, and none beside a run. */
export function createRemoteComparing(session: SessionStore, servers: ServersStore) {
  const store = createStore<RemoteComparingState>()(() => ({ ...IDLE, wishes: { server: null, tolerance: USUAL_TOLERANCE, warmup: false } }));
  let controller: AbortController | undefined;
  /** Tensors of the latest comparison. */
  const held = new Map<number, TensorHandle>();
  const differences = new WeakMap<TensorHandle, Promise<TensorHandle>>();
  // Without inputs at all the session was reset: another repository is open.
  session.subscribe(({ inputs }, before) => {
    if (inputs === before.inputs || Object.keys(inputs).length > 0) return;
    void release();
    store.setState({ ...IDLE, ...(controller && { status: "cancelling" }) });
  });

  async function release(): Promise<void> {
    const handles = [...held.values()].filter(({ generation }) => generation === session.client.generation);
    held.clear();
    if (handles.length > 0) await session.client.request("release", { handles }).catch(() => undefined);
  }

  function hold(comparison: RemoteComparison): void {
    for (const { here, there } of comparison.outputs) {
      for (const handle of [here, there]) if (handle !== null) held.set(handle.id, handle);
    }
  }

  /** Compares. Never throws: the outcome is in the state. */
  async function start({ model, server, browser, named }: RemoteOrder): Promise<void> {
    const mine = new AbortController();
    const leave = session.occupy(mine);
    if (leave === undefined) {
      const error = new ConchError("REQUEST_INVALID", "A run goes on: wait for its end, or cancel it, before a comparison begins");
      if (controller === undefined) store.setState({ status: "failed", error: toErrorRecord(error) });
      return;
    }
    controller = mine;
    const repository = session.repositories;
    const { tolerance, warmup } = store.getState().wishes;
    store.setState({ status: "running", progress: null, comparison: null, error: null });
    /** What is found of a repository that is no longer open is not shown. */
    const show = (found: Partial<RemoteComparingState>): void => {
      if (session.repositories === repository) store.setState(found);
    };
    try {
      await release();
      const found = servers.find(server);
      if (found === undefined) throw new ConchError("SERVER_UNKNOWN", `server '${server}' is not connected`, { data: { server } });
      await compareRemote(session, servers, {
        model,
        server: found,
        tolerance,
        warmup: warmup ? 1 : 0,
        browser,
        named,
        signal: mine.signal,
        progress: (progress) => store.setState({ progress }),
        found: (comparison) => {
          hold(comparison);
          show({ comparison });
        },
      });
      show({ status: "done" });
    } catch (thrown) {
      const error = toErrorRecord(thrown);
      show(error.code === "CANCELLED" ? { status: "cancelled" } : { status: "failed", error });
    } finally {
      controller = undefined;
      if (session.repositories !== repository) await release();
      leave();
      store.setState(({ status, comparison }) => ({ progress: null, comparison: comparison && ended(comparison), ...(status === "cancelling" && { status: "idle" }) }));
    }
  }

  /** First press: ends at the next step, and ends the request to the server. Second: ends the worker at once. What was found stays. */
  function cancel(): void {
    if (controller === undefined) return;
    if (controller.signal.aborted) {
      session.client.restart("The comparison was cancelled and the worker restarted");
      return;
    }
    controller.abort();
    store.setState({ status: "cancelling" });
  }

  /** The difference of an output as a tensor, made when it is first asked for. Throws STALE_TENSOR, TENSOR_MISMATCH. */
  function difference(name: string): Promise<TensorHandle> {
    const { comparison } = store.getState();
    const output = comparison?.outputs.find((each) => each.name === name);
    if (output === undefined || output.here === null || output.there === null) {
      return Promise.reject(new ConchError("REQUEST_INVALID", `Output '${name}' is not there on both sides`, { data: { output: name } }));
    }
    const { here, there, classes: axis } = output;
    const known = differences.get(here);
    if (known !== undefined) return known;
    // A row of scores is short enough to be read; of a picture or volume each position has one difference.
    const classes = axis !== null && axis.inner > 1 ? axis : null;
    const made = session.client.request("differenceTensor", { a: here, b: there, classes }).then((handle) => {
      held.set(handle.id, handle);
      return handle;
    });
    differences.set(here, made);
    made.catch(() => differences.delete(here));
    return made;
  }

  return Object.assign(store, {
    start,
    cancel,
    difference,
    wish: (wish: Partial<RemoteWishes>) => store.setState(({ wishes }) => ({ wishes: { ...wishes, ...wish } })),
  });
}

/** A comparison that goes no further: a side that still waits never ran. */
function ended(comparison: RemoteComparison): RemoteComparison {
  const side = (run: RemoteComparison["here"]): RemoteComparison["here"] => (run.status === "waiting" ? { ...run, status: "cancelled" } : run);
  return { ...comparison, here: side(comparison.here), there: side(comparison.there) };
}

/** The remote comparing store with its verbs. */
export type RemoteComparingStore = ReturnType<typeof createRemoteComparing>;
