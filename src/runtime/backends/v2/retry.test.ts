import { describe, expect, it } from "vitest";
import { ConchError, isAbort } from "../../../base/errors.ts";
import { exchangeError, refusal } from "../../../triton/v2/failure.ts";
import { withRetries } from "./retry.ts";

const refused = (status: number): ConchError => refusal("POST /v2/models/m/infer", "inference", status, '{"error":"no"}');
const never = (): AbortSignal => new AbortController().signal;

/** Fails so often with an error, and counts the tries and the pauses. */
async function tries(error: unknown, failures: number, repeatable = true) {
  const pauses: number[] = [];
  let count = 0;
  const pause = (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
    return Promise.resolve();
  };
  const attempt = (): Promise<string> => (++count > failures ? Promise.resolve("answer") : Promise.reject(error as Error));
  const outcome = await withRetries(repeatable, never(), attempt, pause).catch((thrown: unknown) => thrown);
  return { count, pauses, outcome };
}

describe("a request to a server", () => {
  it.each([429, 502, 503])("is tried again after %i, later each time, and three times in all", async (status) => {
    expect(await tries(refused(status), 2)).toMatchObject({ count: 3, outcome: "answer" });
    const { count, pauses, outcome } = await tries(refused(status), 9);
    expect(count).toBe(3);
    expect(pauses).toHaveLength(2);
    expect(pauses[1]).toBeGreaterThan(pauses[0]!);
    expect(outcome).toMatchObject({ code: "V2_REFUSED" });
  });

  it.each([400, 404, 408, 500, 501, 504])("is not tried again after %i", async (status) => {
    expect(await tries(refused(status), 1)).toMatchObject({ count: 1, outcome: { code: "V2_REFUSED" } });
  });

  it.each(["NAME_NOT_FOUND", "TLS", "REDIRECT"])("is not tried again where a proxy gives %s as the reason", async (reason) => {
    const error = refusal("POST /v2/models/m/infer", "inference", 502, '{"error":"no"}', () => reason);
    expect(await tries(error, 1)).toMatchObject({ count: 1, outcome: { code: "V2_REFUSED" } });
  });

  it("is tried again where a proxy found no server, which may be on its way back", async () => {
    const error = refusal("POST /v2/models/m/infer", "inference", 502, '{"error":"no"}', () => "CONNECTION_REFUSED");
    expect(await tries(error, 1)).toMatchObject({ count: 2, outcome: "answer" });
  });

  it("is not tried again where nobody knows whether it ran", async () => {
    for (const code of ["V2_UNREACHABLE", "V2_TIMEOUT", "V2_RESPONSE_INVALID"] as const) {
      expect(await tries(exchangeError(code, "POST /v2/models/m/infer", "broken", { retryable: true }), 1)).toMatchObject({ count: 1, outcome: { code } });
    }
  });

  it("is never tried again of a model that keeps something of a request", async () => {
    expect(await tries(refused(503), 1, false)).toMatchObject({ count: 1, outcome: { code: "V2_REFUSED" } });
  });

  it("is given up during a pause as soon as it is cancelled", async () => {
    const controller = new AbortController();
    const attempt = (): Promise<never> => {
      queueMicrotask(() => controller.abort());
      return Promise.reject(refused(503));
    };
    await expect(withRetries(true, controller.signal, attempt)).rejects.toSatisfy(isAbort);
  });
});
