import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConchError } from "../base/errors.ts";
import type { LoadProtocol, LoadResult, LoadSide } from "./load-sweep.ts";
import { sweepLoad, type Loaded, type LoadProgress } from "./load-sweep-protocol.ts";
import { MeasuringStop } from "./measuring-stop.ts";

const HERE: LoadSide = { key: "here", server: null };
const THERE: LoadSide = { key: "server a", server: { id: "a", name: "A", product: "triton 2.70.0" } };
const ONE: LoadProtocol = { concurrencies: [1], batches: [1], requests: 4, warmup: 0, milliseconds: null, budget: null };

/** A stand-in: a request takes `takes` milliseconds of a clock that only timers move. */
class StandIn implements Loaded {
  readonly told: LoadProgress[] = [];
  readonly tables: LoadResult[][] = [];
  /** "side batch concurrency", in the order of being made ready. */
  readonly levels: string[] = [];
  sent = 0;
  /** Most requests that were under way at once. */
  most = 0;
  mostBatch = 64;
  #now = 0;
  readonly #takes: (side: LoadSide, batch: number, sent: number) => number | Error;

  constructor(takes: (side: LoadSide, batch: number, sent: number) => number | Error) {
    this.#takes = takes;
  }

  limit = (): Promise<{ limit: number; model: string }> => Promise.resolve({ limit: this.mostBatch, model: "m" });

  ready = (side: LoadSide, batch: number, concurrency: number): Promise<() => Promise<void>> => {
    this.levels.push(`${side.key} ${batch} ${concurrency}`);
    this.#now = 0;
    return Promise.resolve(async () => {
      const takes = this.#takes(side, batch, ++this.sent);
      this.#now++;
      this.most = Math.max(this.most, this.#now);
      try {
        await new Promise((resolve) => setTimeout(resolve, takes instanceof Error ? 1 : takes));
        if (takes instanceof Error) throw takes;
      } finally {
        this.#now--;
      }
    });
  };

  now = (): number => performance.now();
  progress = (progress: LoadProgress): void => void this.told.push(progress);
  found = (results: readonly LoadResult[]): void => void this.tables.push([...results]);
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

async function swept(sides: readonly LoadSide[], protocol: Partial<LoadProtocol>, standIn: StandIn, signal = new AbortController().signal): Promise<LoadResult[]> {
  const done = sweepLoad(sides, { ...ONE, ...protocol }, signal, standIn);
  await vi.runAllTimersAsync();
  return done;
}

describe("a level", () => {
  test("keeps so many clients busy, and its throughput follows from the time of all", async () => {
    const standIn = new StandIn(() => 10);
    const [result] = await swept([THERE], { concurrencies: [4], batches: [8], requests: 20 }, standIn);
    expect(standIn.most).toBe(4);
    expect(result).toEqual({
      side: THERE,
      levels: [{ batch: 8, concurrency: 4, requests: 20, errors: [], milliseconds: 50, p50: 10, p95: 10, p99: 10, throughput: 3200 }],
      stop: null,
    });
  });

  test("sends one request of every client at least", async () => {
    const standIn = new StandIn(() => 10);
    const [result] = await swept([THERE], { concurrencies: [8], requests: 3 }, standIn);
    expect(result!.levels[0]!.requests).toBe(8);
  });

  test("is warmed up by requests of each client that do not count", async () => {
    const standIn = new StandIn((_, __, sent) => (sent <= 6 ? 500 : 10));
    const [result] = await swept([THERE], { concurrencies: [2], requests: 4, warmup: 3 }, standIn);
    expect(standIn.sent).toBe(10);
    expect(result!.levels[0]).toMatchObject({ requests: 4, p99: 10, milliseconds: 20 });
    expect(standIn.told.map(({ warmup, done, of }) => `${warmup} ${done}/${of}`)).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6].map((done) => `true ${done}/6`),
      ...[0, 1, 2, 3, 4].map((done) => `false ${done}/4`),
    ]);
  });

  test("sends no more once its time is over, and waits for what is under way", async () => {
    const standIn = new StandIn(() => 40);
    const [result] = await swept([THERE], { concurrencies: [2], requests: 100, milliseconds: 100 }, standIn);
    expect(result!.levels[0]).toMatchObject({ requests: 6, milliseconds: 120 });
    expect(result!.stop).toBeNull();
  });

  test("takes percentiles by nearest rank, of the requests that were answered", async () => {
    const standIn = new StandIn((_, __, sent) => (sent === 7 ? new ConchError("V2_REFUSED", "no", { data: { status: 503 } }) : sent));
    const [result] = await swept([THERE], { requests: 21 }, standIn);
    expect(result!.levels[0]).toMatchObject({ requests: 20, p50: 11, p95: 20, p99: 21, errors: [{ code: "V2_REFUSED", status: 503, message: "no", count: 1 }] });
  });

  test("counts failures by kind, the most frequent first", async () => {
    const kinds = [new ConchError("V2_TIMEOUT", "slow"), new ConchError("V2_REFUSED", "first", { data: { status: 500 } }), new ConchError("V2_REFUSED", "second", { data: { status: 500 } })];
    const standIn = new StandIn((_, __, sent) => kinds[sent % 4] ?? 1);
    const [result] = await swept([THERE], { requests: 12 }, standIn);
    expect(result!.levels[0]).toMatchObject({
      requests: 3,
      errors: [
        { code: "V2_REFUSED", status: 500, message: "first", count: 6 },
        { code: "V2_TIMEOUT", status: null, message: "slow", count: 3 },
      ],
    });
  });
});

describe("a sweep", () => {
  test("goes batch by batch from few clients to many, the sides in turn", async () => {
    const standIn = new StandIn(() => 1);
    await swept([HERE, THERE], { concurrencies: [1, 2], batches: [1, 4] }, standIn);
    expect(standIn.levels).toEqual(["here 1 1", "server a 1 1", "here 1 2", "server a 1 2", "here 4 1", "server a 4 1", "here 4 2", "server a 4 2"]);
    expect(standIn.tables).toHaveLength(8);
    expect(standIn.told.map(({ fraction }) => fraction)).toEqual(standIn.told.map(({ fraction }) => fraction).toSorted((a, b) => a - b));
    expect(standIn.told.at(-1)!.fraction).toBe(1);
  });

  test("ends a side at the batch that it does not take", async () => {
    const standIn = new StandIn(() => 1);
    standIn.mostBatch = 4;
    const [result] = await swept([THERE], { batches: [2, 4, 8] }, standIn);
    expect(result!.levels.map(({ batch }) => batch)).toEqual([2, 4]);
    expect(result!.stop).toEqual({ reason: "max-batch-size", batch: 8, concurrency: 1, code: null, message: "max_batch_size of 'm' is 4" });
  });

  test("ends a side whose budget is spent, within a level too, and lets the other go on", async () => {
    const standIn = new StandIn((side) => (side === HERE ? 100 : 1));
    const [here, there] = await swept([HERE, THERE], { concurrencies: [1, 2], requests: 10, budget: 1500 }, standIn);
    expect(here!.levels.map(({ requests }) => requests)).toEqual([10, 10]);
    expect(here!.stop).toBeNull();
    const tight = await swept([HERE, THERE], { concurrencies: [1, 2, 4], requests: 10, budget: 1200 }, new StandIn((side) => (side === HERE ? 100 : 1)));
    expect(tight[0]!.stop).toMatchObject({ reason: "budget", concurrency: 2, message: "The levels so far took 1.2 s, and the budget of a side is 1.2 s" });
    expect(tight[0]!.levels.map(({ requests }) => requests)).toEqual([10, 4]);
    expect(tight[1]).toMatchObject({ stop: null });
    expect(there!.stop).toBeNull();
  });

  test("ends a side that fails ten times in a row, and does not press it further", async () => {
    const standIn = new StandIn(() => new ConchError("V2_UNREACHABLE", "gone"));
    const [result] = await swept([THERE], { concurrencies: [1, 2], requests: 50 }, standIn);
    expect(standIn.sent).toBe(10);
    expect(result!.stop).toMatchObject({ reason: "failed", code: "V2_UNREACHABLE", message: "gone", concurrency: 1 });
    expect(result!.levels).toMatchObject([{ requests: 0, p50: null, throughput: 0, errors: [{ count: 10 }] }]);
  });

  test("ends a side that fails while it is warmed up, without a level", async () => {
    const standIn = new StandIn(() => new ConchError("V2_UNREACHABLE", "gone"));
    const [result] = await swept([THERE], { warmup: 20 }, standIn);
    expect(result).toMatchObject({ levels: [], stop: { reason: "failed", code: "V2_UNREACHABLE" } });
  });

  test("ends a side for which memory would not do, and everything after an edit", async () => {
    const standIn = new StandIn(() => 1);
    const { ready } = standIn;
    standIn.ready = (side, batch, concurrency) => (batch === 2 && side === HERE ? Promise.reject(new MeasuringStop("memory", "DEVICE_LIMIT", "large")) : ready(side, batch, concurrency));
    const [here, there] = await swept([HERE, THERE], { batches: [1, 2] }, standIn);
    expect(here).toMatchObject({ levels: [{ batch: 1 }], stop: { reason: "memory", batch: 2, code: "DEVICE_LIMIT" } });
    expect(there!.stop).toBeNull();
    standIn.ready = () => Promise.reject(new MeasuringStop("edited", null, "edited"));
    expect((await swept([HERE, THERE], {}, standIn)).map(({ stop }) => stop?.reason)).toEqual(["edited", "edited"]);
  });

  test("ends at once when it is cancelled, keeping what it had", async () => {
    const controller = new AbortController();
    const standIn = new StandIn((_, __, sent) => {
      if (sent === 6) controller.abort();
      return sent > 6 ? new ConchError("CANCELLED", "cancelled") : 10;
    });
    const results = await swept([HERE, THERE], { concurrencies: [1, 2] }, standIn, controller.signal);
    expect(results[0]!.levels).toMatchObject([{ concurrency: 1, requests: 4 }]);
    expect(results.map(({ stop }) => stop?.reason)).toEqual(["cancelled", "cancelled"]);
    expect(standIn.sent).toBe(6);
  });
});
