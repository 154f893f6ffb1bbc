import { expect, it } from "vitest";
import { isAbort } from "../../../base/errors.ts";
import { inSlot } from "./slots.ts";

/** Work that the test ends by hand. */
function work(): { begun: boolean; run(): Promise<void>; end(): void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const self = {
    begun: false,
    run: () => {
      self.begun = true;
      return ended;
    },
    end: () => end(),
  };
  return self;
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it("lets two requests go to a server at once, the third when one has ended, and those to another server", async () => {
  const [first, second, third, elsewhere] = [work(), work(), work(), work()];
  const { signal } = new AbortController();
  const all = [inSlot("one", signal, first.run), inSlot("one", signal, second.run), inSlot("one", signal, third.run), inSlot("other", signal, elsewhere.run)];
  await settled();
  expect([first, second, third, elsewhere].map(({ begun }) => begun)).toEqual([true, true, false, true]);
  first.end();
  await settled();
  expect(third.begun).toBe(true);
  for (const each of [second, third, elsewhere]) each.end();
  await Promise.all(all);
});

it("takes a request that is cancelled out of the line, and keeps the places of the others", async () => {
  const [first, second, third] = [work(), work(), work()];
  const controller = new AbortController();
  const { signal } = new AbortController();
  const one = inSlot("line", signal, first.run, 1);
  const two = inSlot("line", controller.signal, second.run, 1);
  const three = inSlot("line", signal, third.run, 1);
  controller.abort();
  await expect(two).rejects.toSatisfy(isAbort);
  first.end();
  await one;
  await settled();
  expect([second.begun, third.begun]).toEqual([false, true]);
  third.end();
  await three;
});

it("gives the place back when a request fails", async () => {
  const { signal } = new AbortController();
  await expect(inSlot("failing", signal, () => Promise.reject(new Error("no")), 1)).rejects.toThrow("no");
  await expect(inSlot("failing", signal, () => Promise.resolve("yes"), 1)).resolves.toBe("yes");
});
