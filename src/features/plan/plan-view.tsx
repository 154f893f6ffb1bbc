import { Alert, ScrollArea, Table, Text } from "@mantine/core";
import { useStore } from "zustand";
import { isEnsemblePlan, leafSteps, type PlanOp, type PlanStep } from "../../plan/plan.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { planMessages } from "../../ui/catalogue/timeline.messages.ts";
import { ErrorText } from "../../ui/error-text.tsx";
import { formatBytes } from "../../ui/format.ts";
import { MoreButton, useFirst } from "../../ui/long-list.tsx";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import classes from "./plan-view.module.css";

/** Operations listed at first, and more with each press. */
const PAGE = 200;

/** What a run of the open model will do, before it runs: every load, upload, execution, download and release, with reason and bytes. */
export function PlanView() {
  const t = useMessages(planMessages);
  const { plan, error } = useStore(useApp().preview);
  const first = useFirst(plan?.ops ?? [], PAGE);
  if (error !== null) return <Alert color="red" m={12}><ErrorText error={error} /></Alert>;
  if (plan === null) return <PaneNotice>{t("empty")}</PaneNotice>;
  const steps = new Map(leafSteps(plan.root).map((step) => [step.id, step]));
  const pruned = isEnsemblePlan(plan.root) ? plan.root.pruned : [];
  return (
    <ScrollArea h="100%" p={12} viewportProps={{ tabIndex: 0 }} data-testid="plan">
      <Text size="sm" mb={8}>{t("intro", { steps: plan.ops.filter(({ kind }) => kind === "execute").length, readbacks: plan.expectedReadbacks })}</Text>
      {plan.warnings.map(({ code, message }) => <Alert key={`${code} ${message}`} color="yellow" mb={8}><code>{code}</code> {message}</Alert>)}
      {pruned.length > 0 && <Text size="sm" mb={8}>{t("pruned", { models: pruned.map((step) => step.model).join(", ") })}</Text>}
      <Table withTableBorder className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("operation")}</Table.Th>
            <Table.Th>{t("subject")}</Table.Th>
            <Table.Th>{t("reason")}</Table.Th>
            <Table.Th className={classes.number}>{t("bytes")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{first.shown.map((op, index) => <OpRow key={`${index} ${op.kind} ${op.subject}`} op={op} step={op.step === null ? undefined : steps.get(op.step)} />)}</Table.Tbody>
      </Table>
      <MoreButton {...first} />
    </ScrollArea>
  );
}

function OpRow({ op, step }: { op: PlanOp; step: PlanStep | undefined }) {
  const t = useMessages(planMessages);
  const server = step?.placement.kind === "server" ? step.placement.detail : undefined;
  const reason = op.reason !== "step" ? op.reason : server === undefined ? "step-reason" : "step-on-server";
  return (
    <Table.Tr>
      <Table.Td>{t(op.kind)}</Table.Td>
      <Table.Td className={classes.name}>{op.subject}</Table.Td>
      <Table.Td>{t(reason, { server: server ?? "", model: step?.model ?? "" })}</Table.Td>
      <Table.Td className={classes.number}>{op.kind === "execute" ? "" : op.bytes === null ? t("unknown") : formatBytes(op.bytes)}</Table.Td>
    </Table.Tr>
  );
}
