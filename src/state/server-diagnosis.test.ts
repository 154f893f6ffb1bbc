import { describe, expect, it } from "vitest";
import { ConchError } from "../base/errors.ts";
import { exchangeError, refusal } from "../triton/v2/failure.ts";
import { diagnose, type Circumstances, type ServerProblem } from "./server-diagnosis.ts";

const DIRECT: Circumstances = { proxied: false };
const PROXIED: Circumstances = { proxied: true };
const unreachable = exchangeError("V2_UNREACHABLE", "GET /v2", "no complete answer came");
const said = (status: number, message: string, request = "GET /v2/models/m/config") => refusal(request, "reading", status, JSON.stringify({ error: message }));
const byProxy = (status: number, reason: string) => refusal("GET /v2", "reading", status, '{"error":"why"}', (name) => (name === "conch-proxy-error" ? reason : undefined));

describe("what is the matter with a server", () => {
  it.each<[ServerProblem, string, unknown, Circumstances]>([
    ["PAGE_SERVER_GONE", "no answer through the proxy", unreachable, PROXIED],
    ["CORS_REFUSED", "no readable answer of a server that answers", unreachable, { proxied: false, probe: "answers" }],
    ["NO_ANSWER", "no answer of one that does not", unreachable, { proxied: false, probe: "silent" }],
    ["MIXED_CONTENT", "an http address from an https page", unreachable, { proxied: false, probe: "mixed" }],
    ["CORS_OR_NO_ANSWER", "no answer that an isolated page could tell more of", unreachable, DIRECT],
    ["NAME_NOT_FOUND", "a name without address", byProxy(502, "NAME_NOT_FOUND"), PROXIED],
    ["CONNECTION_REFUSED", "a port where nothing listens", byProxy(502, "CONNECTION_REFUSED"), PROXIED],
    ["TLS", "a certificate that is not trusted", byProxy(502, "TLS"), PROXIED],
    ["TIMEOUT", "a connection that does not come about", byProxy(504, "TIMEOUT"), PROXIED],
    ["TIMEOUT", "an answer that does not come", exchangeError("V2_TIMEOUT", "GET /v2", "no complete answer within 10 s"), PROXIED],
    ["UNREACHABLE", "what the proxy has no other word for", byProxy(502, "UNREACHABLE"), PROXIED],
    ["UNREACHABLE", "a gateway without its server", said(502, "Bad Gateway"), PROXIED],
    ["REDIRECTED", "a redirect that the proxy saw", byProxy(502, "REDIRECT"), PROXIED],
    ["REDIRECTED", "a redirect that the page saw", exchangeError("V2_REDIRECTED", "GET /v2", "elsewhere"), DIRECT],
    ["SERVER_NOT_ALLOWED", "a server that the operator did not name", byProxy(403, "SERVER_NOT_ALLOWED"), PROXIED],
    ["ADDRESS_NOT_ALLOWED", "an address of cloud metadata", byProxy(403, "ADDRESS_NOT_ALLOWED"), PROXIED],
    ["NOT_OWN_PAGE", "another site's page", byProxy(403, "NOT_OWN_PAGE"), PROXIED],
    ["OTHER", "a reason of the proxy that is not known yet", byProxy(400, "BAD_REQUEST"), PROXIED],
    ["NOT_V2", "a page instead of metadata", exchangeError("V2_RESPONSE_INVALID", "GET /v2", "expected application/json, found text/html"), DIRECT],
    ["NOT_V2", "no metadata", said(404, "Not Found", "GET /v2"), PROXIED],
    ["BAD_ANSWER", "an answer that is cut off", exchangeError("V2_RESPONSE_INVALID", "POST /v2/repository/index", "the answer is no JSON"), PROXIED],
    ["BAD_ANSWER", "an answer without end", exchangeError("V2_RESPONSE_TOO_LARGE", "GET /v2", "larger than 64 MiB"), PROXIED],
    ["RESTRICTED", "a restricted interface", said(403, "This API is restricted, expecting header 'triton-grpc-protocol-admin-key'"), PROXIED],
    ["UNAUTHORIZED", "a gateway that wants to know who asks", said(401, "Unauthorized"), DIRECT],
    ["UNAUTHORIZED", "a gateway that does not let in", said(403, "Forbidden"), DIRECT],
    ["NO_MODEL_CONTROL", "loading where the server decides itself", said(503, "explicit model load / unload is not allowed if polling is enabled"), PROXIED],
    ["NOT_SUPPORTED", "an interface that the server lacks", said(404, "Not Found", "GET /v2/trace/setting"), PROXIED],
    ["REFUSED", "a model that is not there", said(404, "Request for unknown model: 'm' is not found"), PROXIED],
    ["REFUSED", "a model that does not load", said(400, "load failed for model 'm'"), PROXIED],
    ["OTHER", "a bug", new Error("x is undefined"), PROXIED],
    ["OTHER", "an error that no server had a part in", new ConchError("SERVER_UNKNOWN", "no server 'x'"), PROXIED],
  ])("is %s for %s", (code, _, error, circumstances) => {
    const found = diagnose(error, circumstances);
    expect(found.code).toBe(code);
    expect(found.detail).not.toBe("");
  });

  it("names the header that a restricted interface expects", () => {
    expect(diagnose(said(403, "This API is restricted, expecting header 'admin-key'"), PROXIED)).toMatchObject({ header: "admin-key" });
  });
});
