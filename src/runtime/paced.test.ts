import { expect, it } from "vitest";
import { paced } from "./paced.ts";

function* counting(steps: number, milliseconds: number): Generator<number, string> {
  for (let step = 1; step <= steps; step++) {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
    yield step / steps;
  }
  return "done";
}

it("gives the result, and the fractions at its pauses", async () => {
  const seen: number[] = [];
  expect(await paced(counting(10, 45), new AbortController().signal, (fraction) => seen.push(fraction))).toBe("done");
  expect(seen).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
});

it("does not pause in short work", async () => {
  const seen: number[] = [];
  expect(await paced(counting(3, 0), new AbortController().signal, (fraction) => seen.push(fraction))).toBe("done");
  expect(seen).toEqual([]);
});

it("hears a cancellation at a pause", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort());
  await expect(paced(counting(1000, 45), controller.signal, () => undefined)).rejects.toMatchObject({ name: "AbortError" });
});
