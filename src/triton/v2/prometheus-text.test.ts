import { describe, expect, test } from "vitest";
import { readMetrics } from "./prometheus-text.ts";

describe("a metrics page", () => {
  test("gives families with their samples, those of a histogram's parts too", () => {
    const page = `# HELP requests_total All \\\\ of\\nthem
# TYPE requests_total counter
requests_total{model="a",version="1"} 1027 1395066363000
requests_total{path="C:\\\\x\\n\\"y\\"",} 3.5e+2

# a comment
# TYPE latency histogram
latency_bucket{le="100"} 2
latency_bucket{le="+Inf"} 3
latency_sum 10
latency_count 3
bare NaN
low -Inf
`;
    expect(readMetrics(page)).toEqual({
      families: [
        {
          name: "requests_total",
          help: "All \\ of\nthem",
          type: "counter",
          samples: [
            { name: "requests_total", labels: { model: "a", version: "1" }, value: 1027, timestamp: 1395066363000 },
            { name: "requests_total", labels: { path: 'C:\\x\n"y"' }, value: 350 },
          ],
        },
        {
          name: "latency",
          help: undefined,
          type: "histogram",
          samples: [
            { name: "latency_bucket", labels: { le: "100" }, value: 2 },
            { name: "latency_bucket", labels: { le: "+Inf" }, value: 3 },
            { name: "latency_sum", labels: {}, value: 10 },
            { name: "latency_count", labels: {}, value: 3 },
          ],
        },
        { name: "bare", help: undefined, type: "untyped", samples: [{ name: "bare", labels: {}, value: NaN }] },
        { name: "low", help: undefined, type: "untyped", samples: [{ name: "low", labels: {}, value: -Infinity }] },
      ],
    });
  });

  test("may be empty", () => {
    expect(readMetrics("")).toEqual({ families: [] });
  });

  test.each(["a", "a{", 'a{b="c} 1', "a{b=1} 1", "a 1 2 3", "a one", "1a 1", 'a{b="c"}'])("with the line %j is none", (line) => {
    expect(readMetrics(`ok 1\n${line}`)).toEqual({ problem: { line: 2, text: line } });
  });
});
