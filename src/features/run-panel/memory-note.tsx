import { Alert, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCpu, IconFileText } from "@tabler/icons-react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import { heaviestStep } from "../../plan/limits.ts";
import type { PlanWarning } from "../../plan/plan.ts";
import { setInstanceGroupKind } from "../../triton/ensemble/edit.ts";
import { useApp } from "../../ui/app-context.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ErrorText } from "../../ui/error-text.tsx";
import { formatBytes } from "../../ui/format.ts";

/** What a run of the open model needs, and whether the device allows it: said before it runs, with the ways out. */
export function MemoryNote({ model }: { model: string }) {
  const { session, preview } = useApp();
  const t = useMessages(runMessages);
  const plan = useStore(preview, (state) => (state.model === model ? state.plan : null));
  // What is wrong with its file is no matter to a server, which has its own.
  const error = useStore(session, (state) => (state.placements[model]?.kind === "server" ? undefined : state.inspectionErrors[model]) ?? state.preparationErrors[model]);
  if (error !== undefined) return <Alert color="red" p={8} data-testid="inspection-error"><ErrorText error={error} /></Alert>;
  if (plan === null) return null;
  const { memory, model: heaviest } = heaviestStep(plan) ?? {};
  return (
    <>
      {plan.warnings.map((warning) => <PlanNote key={`${warning.code} ${warning.subject}`} warning={warning} />)}
      {memory !== undefined && (
        <Text size="xs" data-testid="memory-estimate" title={memory.peakAt}>
          {t(memory.complete ? "memory" : "memoryAtLeast", { bytes: formatBytes(memory.peakBytes) })}
          {heaviest !== model && ` (${heaviest})`}
        </Text>
      )}
    </>
  );
}

function PlanNote({ warning: { code, message, moveToCpu, gridFile } }: { warning: PlanWarning }) {
  const { selection, panes } = useApp();
  const t = useMessages(runMessages);
  const move = useMoveToCpu();
  const openGrid = (file: string): void => {
    selection.getState().openFile(file);
    panes.getState().showText();
  };
  return (
    <Alert color="yellow" p={8} data-testid="plan-warning">
      <code>{code}</code> {message}
      {(moveToCpu !== undefined || gridFile !== undefined) && (
        <Group gap={4} mt={4}>
          {moveToCpu !== undefined && (
            <Button size="compact-xs" variant="default" leftSection={<IconCpu size={14} />} onClick={() => move(moveToCpu)} data-testid="move-to-cpu">
              {t("moveToCpu", { models: moveToCpu.join(", ") })}
            </Button>
          )}
          {gridFile !== undefined && (
            <Button size="compact-xs" variant="default" leftSection={<IconFileText size={14} />} onClick={() => openGrid(gridFile)}>
              {t("openGrid")}
            </Button>
          )}
        </Group>
      )}
    </Alert>
  );
}

/** Sets KIND_CPU for models, as one step of undo: the line of text that the inspector's switch writes. */
function useMoveToCpu(): (models: readonly string[]) => void {
  const { document, derivation } = useApp();
  const t = useMessages(runMessages);
  return (models) => {
    const { files, origin } = document.getState();
    const view = derivation.repository(files, origin?.emptyFolders);
    const configs = models.flatMap((name) => view.models.get(name)?.parsed ?? []);
    try {
      document.getState().edit(configs.map((parsed) => ({ path: parsed.file, edits: setInstanceGroupKind(parsed, "KIND_CPU") })), "instance-kind");
    } catch (thrown) {
      notifications.show({ color: "red", title: t("cannotMove"), message: textOf(thrown) });
    }
  };
}
