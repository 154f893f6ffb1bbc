/** Requests that one server has under way at the same time; more wait here, where they can be cancelled. */
const AT_ONCE = 2;

/** The places of one server. */
interface Slots {
  free: number;
  readonly waiting: (() => void)[];
}

const servers = new Map<string, Slots>();

/** Does work once fewer than `atOnce` are under way for a server; while it waits, `signal` ends it. */
export async function inSlot<T>(server: string, signal: AbortSignal, work: () => Promise<T>, atOnce = AT_ONCE): Promise<T> {
  const slots = servers.get(server) ?? { free: atOnce, waiting: [] };
  servers.set(server, slots);
  if (slots.free > 0) slots.free -= 1;
  else await turn(slots, signal);
  try {
    return await work();
  } finally {
    const next = slots.waiting.shift();
    if (next === undefined) slots.free += 1;
    else next();
  }
}

function turn({ waiting }: Slots, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = (): void => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    const leave = (): void => {
      const at = waiting.indexOf(begin);
      if (at >= 0) waiting.splice(at, 1);
      reject(signal.reason as Error);
    };
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    waiting.push(begin);
  });
}
