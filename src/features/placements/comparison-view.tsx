import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { IconClipboard, IconDownload, IconPhoto } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import { textOf } from "../../base/errors.ts";
import { measuredBatches, type Comparison } from "../../state/comparison.ts";
import { comparisonCsv } from "../../state/comparison-csv.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { machineText } from "../../ui/machine-text.ts";
import { NumbersTable } from "../../ui/numbers-table.tsx";
import { saveBytes } from "../../ui/save-bytes.ts";
import { Chart } from "../../viewers/chart.tsx";
import { chartImage } from "../../viewers/chart-image.ts";
import { latencyChart, stepChart, throughputChart } from "./chart-data.ts";
import { markdownReport } from "./markdown-report.ts";
import { differenceTable, measurementTable, stepTable } from "./table-rows.ts";
import { stopTexts } from "./words.ts";
import classes from "./placements.module.css";

interface ComparisonViewProps {
  readonly comparison: Comparison;
  /** Still being measured: numbers alone, since they change. */
  readonly unfinished: boolean;
}

/** What was measured: tables, charts, why it ends where it does, and the ways to take it along. */
export function ComparisonView({ comparison, unfinished }: ComparisonViewProps) {
  const t = useMessages(placementsMessages);
  const root = useRef<HTMLDivElement>(null);
  const batches = measuredBatches(comparison);
  const [chosen, setChosen] = useState<number | null>(null);
  const batch = chosen !== null && batches.includes(chosen) ? chosen : batches[0];
  const caption = t("caption", { model: comparison.model, machine: machineText(comparison.machine, t) });
  const protocol = t("protocol", { runs: comparison.protocol.runs, warmup: comparison.protocol.warmup });
  const stops = stopTexts(comparison.sets, t);
  const differences = differenceTable(comparison, t);
  return (
    <div ref={root} className={measuring.results} data-testid="comparison">
      <div>
        <Text size="sm" fw={600} data-testid="comparison-caption">{caption}</Text>
        <Text size="xs" c="dimmed">{protocol}</Text>
      </div>
      {!unfinished && <Exports comparison={comparison} caption={[caption, protocol]} root={() => root.current} />}
      {batch !== undefined && <NumbersTable title={t("measurements")} table={measurementTable(comparison, t)} testId="comparison-table" />}
      {stops.length > 0 && (
        <section className={classes.section}>
          <h2 className={measuring.heading}>{t("stops")}</h2>
          <ul className={measuring.stops} data-testid="comparison-stops">{stops.map((stop) => <li key={stop}>{stop}</li>)}</ul>
        </section>
      )}
      {batch !== undefined && (
        <>
          {batches.length > 1 && (
            <SegmentedControl
              size="xs"
              className={measuring.batch}
              aria-label={t("batchOfCharts")}
              value={String(batch)}
              onChange={(value) => setChosen(Number(value))}
              data={batches.map(String)}
            />
          )}
          {!unfinished && <Charts comparison={comparison} batch={batch} />}
          <Steps comparison={comparison} batch={batch} />
        </>
      )}
      {differences.rows.length > 0 && <NumbersTable title={t("differences", { set: comparison.reference ?? "" })} table={differences} testId="comparison-differences" />}
    </div>
  );
}

function Charts({ comparison, batch }: { readonly comparison: Comparison; readonly batch: number }) {
  const t = useMessages(placementsMessages);
  const [median, p95, rest, items] = [t("median"), t("p95"), t("rest"), t("throughput")];
  const batches = measuredBatches(comparison);
  const data = useMemo(
    () => ({
      latency: latencyChart(comparison, batch, { median, p95 }),
      throughput: throughputChart(comparison, measuredBatches(comparison), items),
      steps: stepChart(comparison, batch, rest),
    }),
    [comparison, batch, median, p95, rest, items],
  );
  const chart = (title: string, table: string) => ({ title, text: t("chartText", { title, table }) });
  return (
    <div className={measuring.charts}>
      <Chart {...chart(t("chartLatency", { batch }), t("measurements"))} data={data.latency} />
      <Chart {...chart(batches.length === 1 ? t("chartThroughputAt", { batch }) : t("chartThroughput"), t("measurements"))} data={data.throughput} />
      <Chart {...chart(t("chartSteps", { batch }), t("steps", { batch }))} data={data.steps} />
    </div>
  );
}

function Steps({ comparison, batch }: { readonly comparison: Comparison; readonly batch: number }) {
  const t = useMessages(placementsMessages);
  const table = stepTable(comparison, batch, t);
  return (
    <div>
      <NumbersTable title={t("steps", { batch })} table={table} testId="comparison-steps" />
      {table.untimed && <Text size="xs" c="dimmed" mt={4}>* {t("handedOver")}</Text>}
    </div>
  );
}

interface ExportsProps {
  readonly comparison: Comparison;
  readonly caption: readonly string[];
  root(): HTMLElement | null;
}

function Exports({ comparison, caption, root }: ExportsProps) {
  const t = useMessages(placementsMessages);
  const [said, setSaid] = useState("");
  const name = `${comparison.model}_placements`.replaceAll(/[^\w.-]+/g, "_");
  const saveCsv = (): void => saveBytes(new TextEncoder().encode(comparisonCsv(comparison)), `${name}.csv`);
  const savePng = async (): Promise<void> => {
    try {
      const blob = await chartImage(root()!, caption);
      saveBytes(new Uint8Array(await blob.arrayBuffer()), `${name}.png`);
    } catch (thrown) {
      setSaid(textOf(thrown));
    }
  };
  const copyReport = (): void => {
    navigator.clipboard.writeText(markdownReport(comparison, t)).then(
      () => setSaid(t("copied")),
      () => setSaid(t("notCopied")),
    );
  };
  return (
    <Group gap={8}>
      <Button variant="default" leftSection={<IconDownload size={14} />} onClick={saveCsv}>{t("saveCsv")}</Button>
      <Button variant="default" leftSection={<IconPhoto size={14} />} onClick={() => void savePng()}>{t("savePng")}</Button>
      <Button variant="default" leftSection={<IconClipboard size={14} />} onClick={copyReport}>{t("copyReport")}</Button>
      <Text size="xs" role="status">{said}</Text>
    </Group>
  );
}
