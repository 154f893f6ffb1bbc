import { Select, Text } from "@mantine/core";
import { useState } from "react";
import { useStore } from "zustand";
import type { V2Server } from "../../state/servers.ts";
import { batchRows, intervalsOf, versionsOf, withSample, type StatisticsSample } from "../../state/server-statistics.ts";
import { settings } from "../../state/settings.ts";
import { statistics, type ModelStatistics } from "../../triton/v2/statistics.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatTime } from "../../ui/format.ts";
import { NumbersTable } from "../../ui/numbers-table.tsx";
import { CHARTS, chartColumns } from "./chart-series.ts";
import { FailureNotice } from "./diagnosis-notice.tsx";
import { TimeChart } from "./time-chart.tsx";
import { usePolled } from "./use-server.ts";
import classes from "./servers.module.css";

/** Between two samples. Milliseconds. */
const EVERY = 2000;

/** What a model of a server did lately, and since it was loaded. */
export function StatisticsView({ server, model }: { readonly server: V2Server; readonly model: string }) {
  const t = useMessages(serverMessages);
  const [chosen, setChosen] = useState<string | null>(null);
  const { data: samples = [], error } = usePolled<readonly StatisticsSample[]>(server, {
    key: ["statistics", model],
    every: EVERY,
    ask: async (connection, call, before = []) => {
      const versions = await statistics(connection, { model }, call);
      return withSample(before, { at: Date.now(), versions });
    },
  });
  const versions = versionsOf(samples);
  const version = versions.find((each) => each === chosen) ?? versions[0];
  const now = samples.at(-1)?.versions.find((each) => each.version === version);
  if (version === undefined || now === undefined) {
    return error === null ? <Text size="sm" role="status">{t("asking")}</Text> : <FailureNotice error={error} server={server} />;
  }
  const intervals = intervalsOf(samples, version);
  return (
    <div className={classes.statistics} data-testid="statistics" data-samples={samples.length}>
      {error !== null && <FailureNotice error={error} server={server} />}
      {versions.length > 1 && <Select label={t("ofVersion")} className={classes.own} allowDeselect={false} value={version} onChange={setChosen} data={versions} />}
      <div className={classes.charts}>
        {CHARTS.map(({ title, series }) => (
          <TimeChart key={title} title={t(title)} text={t("chartText", { title: t(title) })} labels={series.map((name) => t(name))} columns={chartColumns(intervals, series)} />
        ))}
      </div>
      <JustNow interval={intervals.at(-1)} />
      <Totals now={now} />
    </div>
  );
}

function JustNow({ interval }: { readonly interval: ReturnType<typeof intervalsOf>[number] | undefined }) {
  const t = useMessages(serverMessages);
  const rates = (["requests", "failures"] as const).map((name) => t("perSecond", { name: t(name) }));
  const times = (["queue", "computeInput", "computeInfer", "computeOutput"] as const).map((name) => t("inMilliseconds", { name: t(name) }));
  const values = [interval?.requests, interval?.failures, interval?.queue, interval?.computeInput, interval?.computeInfer, interval?.computeOutput, interval?.batch];
  return <NumbersTable title={t("justNow")} testId="just-now" table={{ head: [...rates, ...times, t("batch")], names: 0, rows: [{ key: "now", cells: values.map(numberText) }] }} />;
}

function Totals({ now }: { readonly now: ModelStatistics }) {
  const t = useMessages(serverMessages);
  const language = useStore(settings, (state) => state.language);
  const rows = batchRows(now.batch_stats);
  const head = [t("batchSize"), t("executions"), ...(["computeInput", "computeInfer", "computeOutput"] as const).map((name) => t("inMilliseconds", { name: t(name) }))];
  return (
    <>
      <Text size="xs" data-testid="totals">
        {t("total", { inferences: now.inference_count, executions: now.execution_count })} {now.last_inference === 0 ? t("noInference") : t("lastInference", { time: formatTime(now.last_inference, language) })}
      </Text>
      {rows.length === 0 ? (
        <Text size="xs" c="dimmed">{t("noBatches")}</Text>
      ) : (
        <NumbersTable title={t("batches")} testId="batch-stats" table={{ head, names: 1, rows: rows.map(({ size, executions, input, infer, output }) => ({ key: String(size), cells: [String(size), String(executions), ...[input, infer, output].map(numberText)] })) }} />
      )}
    </>
  );
}

/** Three figures; a dash where there is nothing to say. */
function numberText(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return value === 0 ? "0" : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
