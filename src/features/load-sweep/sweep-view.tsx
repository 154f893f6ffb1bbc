import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { IconDownload, IconPhoto } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import { textOf } from "../../base/errors.ts";
import { loadBatches, type LoadSweep } from "../../state/load-sweep.ts";
import { loadSweepCsv } from "../../state/load-sweep-csv.ts";
import { loadSweepMessages } from "../../ui/catalogue/load-sweep.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { NumbersTable } from "../../ui/numbers-table.tsx";
import { saveBytes } from "../../ui/save-bytes.ts";
import { Chart } from "../../viewers/chart.tsx";
import { chartImage } from "../../viewers/chart-image.ts";
import { latencyByClients, throughputByBatch, throughputByClients } from "./load-charts.ts";
import { captionLines, levelTable, stopTexts } from "./words.ts";

interface SweepViewProps {
  readonly sweep: LoadSweep;
  /** Still being measured: numbers alone, since they change. */
  readonly unfinished: boolean;
}

/** What was measured: caption, table, why it ends where it does, charts, and the ways to take it along. */
export function SweepView({ sweep, unfinished }: SweepViewProps) {
  const t = useMessages(loadSweepMessages);
  const root = useRef<HTMLDivElement>(null);
  const [first = "", ...more] = captionLines(sweep, t);
  const table = levelTable(sweep, t);
  const stops = stopTexts(sweep.results, t);
  return (
    <div ref={root} className={measuring.results} data-testid="sweep-results">
      <div data-testid="sweep-caption">
        <Text size="sm" fw={600}>{first}</Text>
        {more.map((line) => <Text key={line} size="xs" c="dimmed">{line}</Text>)}
      </div>
      {!unfinished && <Exports sweep={sweep} caption={[first, ...more]} root={() => root.current} />}
      {table.rows.length > 0 && <NumbersTable title={t("levels")} table={table} testId="sweep-table" />}
      {stops.length > 0 && (
        <section>
          <h2 className={measuring.heading}>{t("stops")}</h2>
          <ul className={measuring.stops} data-testid="sweep-stops">{stops.map((stop) => <li key={stop}>{stop}</li>)}</ul>
        </section>
      )}
      {!unfinished && table.rows.length > 0 && <Charts sweep={sweep} />}
    </div>
  );
}

function Charts({ sweep }: { readonly sweep: LoadSweep }) {
  const t = useMessages(loadSweepMessages);
  const batches = loadBatches(sweep);
  const [chosen, setChosen] = useState<number | null>(null);
  const batch = chosen !== null && batches.includes(chosen) ? chosen : batches[0]!;
  return (
    <>
      {batches.length > 1 && (
        <SegmentedControl size="xs" className={measuring.batch} aria-label={t("batchOfCharts")} value={String(batch)} onChange={(value) => setChosen(Number(value))} data={batches.map(String)} />
      )}
      <ChartsAt sweep={sweep} batch={batch} several={batches.length > 1} />
    </>
  );
}

function ChartsAt({ sweep, batch, several }: { readonly sweep: LoadSweep; readonly batch: number; readonly several: boolean }) {
  const t = useMessages(loadSweepMessages);
  const here = t("here");
  const data = useMemo(
    () => ({ latency: latencyByClients(sweep, batch, here), throughput: throughputByClients(sweep, batch, here), batches: throughputByBatch(sweep, here) }),
    [sweep, batch, here],
  );
  const chart = (title: string) => ({ title, text: t("chartText", { title, table: t("levels") }) });
  return (
    <div className={measuring.charts}>
      <Chart {...chart(t("chartLatency", { batch }))} data={data.latency} />
      <Chart {...chart(t("chartThroughput", { batch }))} data={data.throughput} />
      {several && <Chart {...chart(t("chartBatches"))} data={data.batches} />}
    </div>
  );
}

interface ExportsProps {
  readonly sweep: LoadSweep;
  readonly caption: readonly string[];
  root(): HTMLElement | null;
}

function Exports({ sweep, caption, root }: ExportsProps) {
  const t = useMessages(loadSweepMessages);
  const [said, setSaid] = useState("");
  const name = `${sweep.model}_load`.replaceAll(/[^\w.-]+/g, "_");
  const saveCsv = (): void => saveBytes(new TextEncoder().encode(loadSweepCsv(sweep)), `${name}.csv`);
  const savePng = async (): Promise<void> => {
    try {
      const blob = await chartImage(root()!, caption);
      saveBytes(new Uint8Array(await blob.arrayBuffer()), `${name}.png`);
    } catch (thrown) {
      setSaid(textOf(thrown));
    }
  };
  return (
    <Group gap={8}>
      <Button variant="default" size="compact-sm" leftSection={<IconDownload size={14} />} onClick={saveCsv}>{t("saveCsv")}</Button>
      <Button variant="default" size="compact-sm" leftSection={<IconPhoto size={14} />} onClick={() => void savePng()}>{t("savePng")}</Button>
      <Text size="xs" role="status">{said}</Text>
    </Group>
  );
}
