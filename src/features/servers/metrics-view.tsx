import { Progress, Text, TextInput } from "@mantine/core";
import { useDeferredValue, useState } from "react";
import type { V2Server } from "../../state/servers.ts";
import { metrics } from "../../triton/v2/metrics.ts";
import type { MetricFamily } from "../../triton/v2/prometheus-text.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatBytes } from "../../ui/format.ts";
import { FailureNotice } from "./diagnosis-notice.tsx";
import { gpuRows, metricRows, type GpuRow } from "./metric-rows.ts";
import { usePolled } from "./use-server.ts";
import classes from "./servers.module.css";

/** Between two pages. Milliseconds. */
const EVERY = 5000;
/** Rows that are shown at once. */
const MOST = 200;

/** The metrics page of a server: its GPUs, and every number by a filter. */
export function MetricsView({ server }: { readonly server: V2Server }) {
  const t = useMessages(serverMessages);
  const [filter, setFilter] = useState("");
  const later = useDeferredValue(filter);
  const { data, error } = usePolled<readonly MetricFamily[]>(server, {
    key: ["metrics"],
    every: EVERY,
    ask: (connection, call) => metrics(connection, call),
  });
  if (data === undefined) {
    if (error === null) return <Text size="sm" role="status">{t("asking")}</Text>;
    return server.metrics === undefined ? <Text size="sm" data-testid="no-metrics">{t("noMetrics")}</Text> : <FailureNotice error={error} server={server} />;
  }
  const rows = metricRows(data, later);
  const gpus = gpuRows(data);
  return (
    <div className={classes.metrics} data-testid="metrics">
      {error !== null && <FailureNotice error={error} server={server} />}
      {gpus.length > 0 && <ul className={classes.gpus} aria-label={t("gpus")}>{gpus.map((gpu) => <li key={gpu.gpu}><Gpu {...gpu} /></li>)}</ul>}
      <TextInput className={classes.own} placeholder={t("filterMetrics")} aria-label={t("filterMetrics")} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
      {rows.length === 0 ? (
        <Text size="sm">{t(data.length === 0 ? "emptyMetrics" : "noMetricMatches")}</Text>
      ) : (
        <div className={classes.scroll} role="region" aria-label={t("metrics")} tabIndex={0}>
          <table className={classes.table} data-testid="metrics-table">
            <thead>
              <tr>
                <th scope="col" className={classes.word}>{t("metric")}</th>
                <th scope="col" className={classes.word}>{t("labels")}</th>
                <th scope="col">{t("value")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, MOST).map(({ key, name, help, labels, value }) => (
                <tr key={key}>
                  <th scope="row" className={classes.word} title={help}>{name}</th>
                  <td className={classes.word}>{labels}</td>
                  <td>{String(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > MOST && <Text size="xs" c="dimmed">{t("moreMetrics", { count: rows.length - MOST })}</Text>}
    </div>
  );
}

function Gpu({ gpu, utilization, used, total }: GpuRow) {
  const t = useMessages(serverMessages);
  const bar = (name: string, fraction: number, text: string) => (
    <div className={classes.gpuBar}>
      <span>{name}</span>
      <Progress value={100 * fraction} aria-label={t("gpuOf", { name, gpu })} />
      <span>{text}</span>
    </div>
  );
  return (
    <>
      <code className={classes.gpuName}>{gpu}</code>
      {utilization !== undefined && bar(t("gpuUtilization"), utilization, `${(100 * utilization).toFixed(0)} %`)}
      {used !== undefined && total !== undefined && total > 0 && bar(t("gpuMemory"), used / total, `${formatBytes(used)} / ${formatBytes(total)}`)}
    </>
  );
}
