import { Button, Group, Text } from "@mantine/core";
import { IconClipboard } from "@tabler/icons-react";
import { useState } from "react";
import { verdictOf, type RemoteComparison } from "../../state/remote-comparison.ts";
import { remoteReport } from "../../state/remote-report.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { machineText } from "../../ui/machine-text.ts";
import { OutputDetail } from "./output-detail.tsx";
import { OutputsTable } from "./outputs-table.tsx";
import { markdownReport, serverText, verdictText } from "./report.ts";
import { Timelines } from "./timelines.tsx";
import { toleranceText } from "./words.ts";
import classes from "./remote-compare.module.css";

/** What was found: the verdict, every output, one of them in viewers, the timelines, and the ways to take it along. */
export function Outcome({ comparison }: { readonly comparison: RemoteComparison }) {
  const t = useMessages(remoteCompareMessages);
  const machine = machineText(comparison.machine, useMessages(placementsMessages));
  const [chosen, setChosen] = useState<string | null>(null);
  const { outputs, here, there, tolerance } = comparison;
  const settled = here.status !== "waiting" && there.status !== "waiting";
  const opened = outputs.find(({ name }) => name === chosen);
  return (
    <div className={measuring.results} data-testid="remote-outcome">
      <div>
        <Text size="sm" fw={600}>{t("caption", { model: comparison.model, server: serverText(comparison, t) })}</Text>
        <Text size="xs" c="dimmed">{machine}</Text>
        {settled && <p className={classes.verdict} data-verdict={verdictOf(comparison)} data-testid="remote-verdict">{verdictText(comparison, t)}</p>}
        <Text size="xs" c="dimmed">{toleranceText(tolerance, t)}</Text>
      </div>
      {settled && <Exports comparison={comparison} machine={machine} />}
      {outputs.length > 0 && <OutputsTable comparison={comparison} chosen={opened?.name ?? null} onChoose={(name) => setChosen(name === chosen ? null : name)} />}
      {opened !== undefined && <OutputDetail key={opened.name} comparison={comparison} output={opened} />}
      <Timelines comparison={comparison} />
    </div>
  );
}

function Exports({ comparison, machine }: { readonly comparison: RemoteComparison; readonly machine: string }) {
  const t = useMessages(remoteCompareMessages);
  const [said, setSaid] = useState("");
  const copy = (text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid(t("copied")),
      () => setSaid(t("notCopied")),
    );
  };
  return (
    <Group gap={8}>
      <Button variant="default" leftSection={<IconClipboard size={14} />} onClick={() => copy(markdownReport(comparison, machine, t))}>{t("copyReport")}</Button>
      <Button variant="default" leftSection={<IconClipboard size={14} />} onClick={() => copy(remoteReport(comparison))}>{t("copyJson")}</Button>
      <Text size="xs" role="status">{said}</Text>
    </Group>
  );
}
