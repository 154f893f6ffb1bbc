import { describe, expect, it } from "vitest";
import { paced } from "./paced.ts";

describe("paced work", () => {
  it("keeps to its number, and does all of it in order, failures included", async () => {
    const pace = paced(2);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const work = (which: number) => async () => {
      begun.push(which);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (which === 1) throw new Error("one fails");
      return which;
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map((which) => pace(work(which))));
    expect(results.map((each) => (each.status === "fulfilled" ? each.value : "failed"))).toEqual([0, "failed", 2, 3, 4]);
    expect([most, begun]).toEqual([2, [0, 1, 2, 3, 4]]);
  });
});
