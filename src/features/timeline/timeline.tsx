import { ScrollArea, Table, Text, Tooltip } from "@mantine/core";
import { useStore } from "zustand";
import type { Readback, StepTiming } from "../../runtime/protocol.ts";
import { useApp } from "../../ui/app-context.ts";
import { placementMessages } from "../../ui/catalogue/placement.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { timelineMessages } from "../../ui/catalogue/timeline.messages.ts";
import { formatBytes, formatMilliseconds } from "../../ui/format.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import classes from "./timeline.module.css";

/** Per step of the latest run: queue, input, compute and output times, where it ran, bytes; and every transfer with its reason. */
export function Timeline() {
  const { session } = useApp();
  const t = useMessages(timelineMessages);
  const result = useStore(session, (state) => state.run.result);
  if (result === null) return <PaneNotice>{t("empty")}</PaneNotice>;
  const sum = (list: readonly Readback[]): number => list.reduce((bytes, each) => bytes + each.bytes, 0);
  return (
    <ScrollArea h="100%" p={12} viewportProps={{ tabIndex: 0 }} data-testid="timeline">
      <Text size="sm" mb={8}>
        {t("total", {
          time: formatMilliseconds(result.milliseconds),
          uploads: result.uploads.length,
          up: formatBytes(sum(result.uploads)),
          readbacks: result.readbacks.length,
          down: formatBytes(sum(result.readbacks)),
          peak: formatBytes(result.peakGpuBytes),
        })}
      </Text>
      <Table.ScrollContainer minWidth={720}><Table withTableBorder className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("step")}</Table.Th>
            <Table.Th>{t("where")}</Table.Th>
            <Table.Th className={classes.bars} aria-hidden="true" />
            {(["queue", "input", "compute", "output", "gpu", "bytesIn", "bytesOut"] as const).map((key) => (
              <Table.Th key={key} className={classes.number}>{t(key)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{result.steps.map((step) => <StepRow key={step.step} step={step} total={result.milliseconds} />)}</Table.Tbody>
      </Table></Table.ScrollContainer>
      <Transfers title={t("uploads")} list={result.uploads} />
      <Transfers title={t("readbacks")} list={result.readbacks} />
    </ScrollArea>
  );
}

function StepRow({ step, total }: { step: StepTiming; total: number }) {
  const t = useMessages(timelineMessages);
  const place = useMessages(placementMessages);
  const spans = [
    ["queue", step.ready, step.start],
    ["input", step.start, step.compute],
    ["compute", step.compute, step.computed],
    ["output", step.computed, step.end],
  ] as const;
  return (
    <Table.Tr data-testid={`timeline-${step.model}`}>
      <Table.Td className={classes.name}>{step.model}</Table.Td>
      <Table.Td>{step.cached ? t("cached") : step.server === undefined ? place(step.placement) : place("onServer", { server: step.server })}</Table.Td>
      <Table.Td className={classes.bars} aria-hidden="true">
        <div className={classes.track}>
          {spans.map(([name, from, to]) => (
            <Tooltip key={name} label={`${t(name)} ${formatMilliseconds(to - from)}`}>
              <span className={classes[name]} style={{ left: `${(100 * from) / total}%`, width: `${(100 * (to - from)) / total}%` }} />
            </Tooltip>
          ))}
        </div>
      </Table.Td>
      {spans.map(([name, from, to]) => <Table.Td key={name} className={classes.number}>{formatMilliseconds(to - from)}</Table.Td>)}
      <Table.Td className={classes.number}>
        {step.gpuMilliseconds === null ? <Tooltip label={t("noTimestamps")}><span>–</span></Tooltip> : formatMilliseconds(step.gpuMilliseconds)}
      </Table.Td>
      <Table.Td className={classes.number}>{formatBytes(step.bytesIn)}</Table.Td>
      <Table.Td className={classes.number}>{formatBytes(step.bytesOut)}</Table.Td>
    </Table.Tr>
  );
}

function Transfers({ title, list }: { title: string; list: readonly Readback[] }) {
  const t = useMessages(timelineMessages);
  return (
    <>
      <Text size="sm" fw={600} mt={16} mb={4}>{title}</Text>
      {list.length === 0 ? (
        <Text size="sm" c="dimmed">{t("none")}</Text>
      ) : (
        <Table withTableBorder className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("tensor")}</Table.Th>
              <Table.Th>{t("reason")}</Table.Th>
              <Table.Th className={classes.number}>{t("bytes")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.map(({ subject, reason, bytes }, index) => (
              <Table.Tr key={`${index} ${subject}`}>
                <Table.Td className={classes.name}>{subject}</Table.Td>
                <Table.Td>{reason}</Table.Td>
                <Table.Td className={classes.number}>{formatBytes(bytes)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
