import { createStore } from "zustand/vanilla";
import { ConchError } from "../base/errors.ts";
import type { TensorHandle } from "../runtime/protocol.ts";
import type { Tolerance } from "../tensor/detailed-difference.ts";
import { compareRemote, type RemoteProgress } from "./compare-remote.ts";
import { measuringOn, type MeasuringState } from "./measuring.ts";
import type { RemoteComparison } from "./remote-comparison.ts";
import type { ServersStore } from "./servers.ts";
import type { SessionStore } from "./session.ts";

/** How the latest comparison with a server stands. Never in the history. */
export interface RemoteComparingState extends MeasuringState<RemoteProgress> {
  /** As far as it is known. */
  readonly comparison: RemoteComparison | null;
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
  const measuring = measuringOn<RemoteComparingState>(session, store, { name: "The comparison", begins: "a comparison begins", idle: IDLE });
  /** Tensors of the latest comparison. */
  const held = new Map<number, TensorHandle>();
  const differences = new WeakMap<TensorHandle, Promise<TensorHandle>>();
  store.subscribe(({ comparison }, before) => {
    if (comparison === null && before.comparison !== null) void release();
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
    const { tolerance, warmup } = store.getState().wishes;
    await measuring.start(
      { comparison: null },
      async ({ signal, show }) => {
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
          signal,
          progress: (progress) => store.setState({ progress }),
          found: (comparison) => {
            hold(comparison);
            show({ comparison });
          },
        });
        return {};
      },
      async (isOpen) => {
        if (!isOpen) await release();
        store.setState(({ comparison }) => ({ comparison: comparison && ended(comparison) }));
      },
    );
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
    cancel: measuring.cancel,
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
