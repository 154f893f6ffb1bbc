import { ConchError, fromErrorRecord } from "../base/errors.ts";
import type { FromWorker, RequestName, Requests, ToWorker, WorkerEnvironment } from "./protocol.ts";

/** What a client talks to: a Worker, or the loopback in a test. */
export interface RuntimePort {
  postMessage(message: ToWorker, transfer: Transferable[]): void;
  onmessage: ((event: { data: FromWorker }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
  terminate(): void;
}

/** What the page is told without asking. */
export interface RuntimeEvents {
  /** The worker was (re)started; handles of older generations are stale. */
  onEnvironment?(environment: WorkerEnvironment): void;
  /** The worker ended, or lost its device; says why. The client recovers by itself. */
  onLoss?(kind: "worker" | "device", message: string): void;
}

interface Pending {
  name: RequestName;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  progress: ((value: never) => void) | undefined;
  detach(): void;
}

/** How a request is made. */
export interface RequestOptions<N extends RequestName> {
  signal?: AbortSignal;
  progress?(value: Requests[N]["progress"]): void;
  /** Buffers whose ownership moves to the worker. */
  transfer?: Transferable[];
}

/**
 * The page's end of the worker boundary. Starts the worker with the first request, restarts it after it died, and turns AbortSignals into
 * cancel messages. A cancelled run ends at the next step; {@link restart} ends it at once.
 */
export class RuntimeClient {
  readonly #spawn: () => RuntimePort;
  readonly #events: RuntimeEvents;
  readonly #pending = new Map<number, Pending>();
  #port: RuntimePort | undefined;
  #started: Promise<WorkerEnvironment> | undefined;
  #nextId = 1;
  #generation = 0;
  #gpu: boolean;

  constructor(spawn: () => RuntimePort, events: RuntimeEvents = {}, options: { gpu?: boolean } = {}) {
    this.#spawn = spawn;
    this.#events = events;
    this.#gpu = options.gpu ?? true;
  }

  /** Generation of the present worker: handles of another one are stale. */
  get generation(): number {
    return this.#generation;
  }

  /** Starts the worker unless it runs, and says what it found. */
  environment(): Promise<WorkerEnvironment> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Makes a request. Rejects with a ConchError; with CANCELLED when `signal` was aborted. */
  async request<N extends RequestName>(name: N, params: Requests[N]["params"], options: RequestOptions<N> = {}): Promise<Requests[N]["result"]> {
    await this.environment();
    return this.#send(name, params, options);
  }

  /** Ends the worker, whatever it does; the next request starts a new one. Pending requests reject with `code`. */
  restart(reason = "The worker was restarted", code: "CANCELLED" | "WORKER_DIED" = "CANCELLED"): void {
    const port = this.#port;
    this.#port = undefined;
    this.#started = undefined;
    if (port !== undefined) {
      port.onmessage = null;
      port.onerror = null;
      port.terminate();
    }
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const request of pending) {
      request.detach();
      request.reject(new ConchError(code, reason, { data: { request: request.name } }));
    }
  }

  async #start(): Promise<WorkerEnvironment> {
    this.#generation += 1;
    const port = this.#spawn();
    this.#port = port;
    port.onmessage = (event) => this.#receive(event.data);
    port.onerror = (event) => {
      const message = event.message ?? "The worker that runs models ended unexpectedly";
      this.restart(message, "WORKER_DIED");
      this.#events.onLoss?.("worker", message);
    };
    const environment = await this.#send("start", { generation: this.#generation, gpu: this.#gpu }, {});
    this.#events.onEnvironment?.(environment);
    return environment;
  }

  #send<N extends RequestName>(name: N, params: Requests[N]["params"], options: RequestOptions<N>): Promise<Requests[N]["result"]> {
    const port = this.#port;
    if (port === undefined) return Promise.reject(new ConchError("WORKER_DIED", "The worker that runs models is not there"));
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(new ConchError("CANCELLED", "Cancelled before it began"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => port.postMessage({ kind: "cancel", id }, []);
      signal?.addEventListener("abort", cancel, { once: true });
      this.#pending.set(id, {
        name,
        resolve: resolve as (value: unknown) => void,
        reject,
        progress: options.progress as ((value: never) => void) | undefined,
        detach: () => signal?.removeEventListener("abort", cancel),
      });
      port.postMessage({ kind: "request", id, name, params }, options.transfer ?? []);
    });
  }

  #receive(message: FromWorker): void {
    if (message.kind === "device-lost") {
      this.#events.onLoss?.("device", message.message);
      return;
    }
    const request = this.#pending.get(message.id);
    if (request === undefined) return;
    if (message.kind === "progress") {
      request.progress?.(message.progress as never);
      return;
    }
    this.#pending.delete(message.id);
    request.detach();
    if (message.kind === "result") request.resolve(message.result);
    else request.reject(fromErrorRecord(message.error));
    // ONNX Runtime's state in that worker is beyond repair, or its memory, which never shrinks, is used up: every later session would fail.
    if (message.kind === "error" && (message.error.code === "ORT_POISONED" || message.error.data["memorySpent"] === true)) {
      this.restart(message.error.message, "WORKER_DIED");
      this.#events.onLoss?.("worker", message.error.message);
    }
  }
}
