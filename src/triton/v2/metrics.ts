import { exchange, type CallOptions, type Connection } from "./connection.ts";
import { documentText, expectType, unsendable } from "./document.ts";
import { exchangeError } from "./failure.ts";
import { readMetrics, type MetricFamily } from "./prometheus-text.ts";

/** The metrics of a server, from the address that its connection has for them. Empty where Triton has no page there. */
export async function metrics(connection: Connection, call: CallOptions = {}): Promise<readonly MetricFamily[]> {
  const { metrics: address } = connection;
  if (address === undefined) throw unsendable("The metrics cannot be asked for: the connection has no address for them (Triton's is http://<host>:8002/metrics)");
  return exchange(connection, { method: "GET", path: "", address, purpose: "reading" }, call, async (incoming) => {
    expectType(incoming, /^(?:text\/plain|application\/openmetrics-text)$/, "text/plain");
    const found = readMetrics(await documentText(incoming));
    if ("families" in found) return found.families;
    const { line, text } = found.problem;
    throw exchangeError("V2_RESPONSE_INVALID", incoming.request, `line ${line} of the metrics is no sample: ${text}`, { data: { line } });
  });
}
