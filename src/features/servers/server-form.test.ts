import { describe, expect, it } from "vitest";
import { EMPTY_FORM, formOf, likelyMetrics, problemsOf, serverOf, type FormProblem, type ServerForm } from "./server-form.ts";

const PAGE = "https://conch.example/tools/";
const proxied = (more: Partial<ServerForm> = {}): ServerForm => ({ ...EMPTY_FORM, id: "localhost:8000", ...more });
const direct = (more: Partial<ServerForm> = {}): ServerForm => ({ ...EMPTY_FORM, way: "direct", address: "https://triton.example:8000", ...more });

describe("a server as its user describes it", () => {
  it("is reached below the page's own address through the proxy", () => {
    expect(serverOf(proxied({ metrics: " localhost:8002 ", headers: [{ name: " admin-key ", value: " x " }] }), PAGE)).toEqual({
      id: "/tools/v2-proxy/localhost:8000",
      base: "/tools/v2-proxy/localhost:8000",
      name: "localhost:8000",
      metrics: "/tools/v2-proxy/localhost:8002/metrics",
      headers: { "admin-key": "x" },
    });
  });

  it("is reached at its own address else, and called by its host", () => {
    expect(serverOf(direct({ address: "https://triton.example:8000/kserve/" }), PAGE)).toEqual({
      id: "https://triton.example:8000/kserve",
      base: "https://triton.example:8000/kserve",
      name: "triton.example:8000",
      headers: {},
    });
  });

  it.each<[string, ServerForm]>([
    ["through the proxy", proxied({ name: "mine", metrics: "localhost:8002", headers: [{ name: "a", value: "b" }], remember: false })],
    ["directly", direct({ metrics: "https://triton.example:8002/metrics", rememberHeaders: true })],
  ])("comes back into the form as it was: %s", (_, form) => {
    expect(formOf(serverOf(form, PAGE), !form.remember ? "nothing" : form.rememberHeaders ? "headers" : "address")).toEqual(form);
  });

  it.each<[FormProblem, "id" | "address" | "metrics", ServerForm]>([
    ["idMissing", "id", proxied({ id: " " })],
    ["idWrong", "id", proxied({ id: "../admin" })],
    ["idWrong", "id", proxied({ id: "localhost:0" })],
    ["idWrong", "id", proxied({ id: "localhost:65536" })],
    ["idWrong", "id", proxied({ id: "http://host" })],
    ["idWrong", "metrics", proxied({ metrics: "a/b" })],
    ["addressMissing", "address", direct({ address: "" })],
    ["addressWrong", "address", direct({ address: "triton" })],
    ["addressWrong", "address", direct({ address: "http://triton?x" })],
    ["addressScheme", "address", direct({ address: "ftp://triton" })],
    ["addressSecret", "address", direct({ address: "http://me:mine@triton" })],
    ["addressScheme", "metrics", direct({ metrics: "file:///etc" })],
  ])("has the problem %s of %s", (problem, field, form) => {
    expect(problemsOf(form)?.[field]).toBe(problem);
  });

  it.each<[FormProblem | undefined, string, string]>([
    [undefined, "Authorization", "Bearer x"],
    [undefined, "admin-key", ""],
    ["headerNameWrong", "", "x"],
    ["headerNameWrong", "a b", "x"],
    ["headerNameWrong", "a:b", "x"],
    ["headerForbidden", "Host", "x"],
    ["headerForbidden", "cookie", "x"],
    ["headerForbidden", "Inference-Header-Content-Length", "1"],
    ["headerForbidden", "Sec-Fetch-Site", "x"],
    ["headerTwice", "First", "x"],
    ["headerValueWrong", "a", "x\r\nInjected: y"],
    ["headerValueWrong", "a", "钥匙"],
  ])("has the problem %s of the header %j: %j", (problem, name, value) => {
    expect(problemsOf(proxied({ headers: [{ name: "first", value: "1" }, { name, value }] }))?.headers.get(1)).toBe(problem);
  });
});

describe("where metrics most likely are", () => {
  const proxy = { kind: "list", loopback: false, servers: [{ id: "triton", url: "" }, { id: "triton-metrics", url: "" }] } as const;

  it.each([
    ["two ports above", proxied(), "localhost:8002"],
    ["nowhere for another port", proxied({ id: "localhost:9000" }), ""],
    ["where the operator named the port", proxied({ id: "triton" }), "triton-metrics"],
    ["nowhere where it did not", proxied({ id: "other" }), ""],
    ["two ports above at an address", direct({ address: "http://host:8000" }), "http://host:8002/metrics"],
    ["nowhere at a gateway", direct({ address: "https://gateway" }), ""],
    ["nowhere while the address is being typed", direct({ address: "htt" }), ""],
  ])("is %s", (_, form, expected) => {
    expect(likelyMetrics(form, proxy)).toBe(expected);
  });
});
