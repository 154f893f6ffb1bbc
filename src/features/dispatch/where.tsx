import { Alert, Button, Checkbox, Group, Text } from "@mantine/core";
import { IconServer } from "@tabler/icons-react";
import { useStore } from "zustand";
import type { Plan } from "../../plan/plan.ts";
import { stranded, whereaboutsOf, type Choosable } from "../../state/where.ts";
import { useApp } from "../../ui/app-context.ts";
import { dispatchMessages } from "../../ui/catalogue/dispatch.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatBytes } from "../../ui/format.ts";
import { ConnectButton } from "../../ui/connect-button.tsx";
import { TargetSelect } from "./place-select.tsx";
import { useChoosable } from "./use-choosable.ts";

/** Beside Run: where the run of a model goes, what that moves over the network, and the way out for what no browser runs. */
export function Where({ model }: { model: string }) {
  const choosable = useChoosable(model);
  return choosable === undefined ? null : <WhereOf choosable={choosable} />;
}

function WhereOf({ choosable }: { choosable: Choosable }) {
  const { dispatching, servers, preview } = useApp();
  const t = useMessages(dispatchMessages);
  const some = useStore(servers, (state) => state.servers.length > 0);
  const reuse = useStore(dispatching, (state) => state.reuse);
  const away = useStore(dispatching, (state) => whereaboutsOf(choosable, state).kind !== "browser");
  const plan = useStore(preview, (state) => (state.model === choosable.target ? state.plan : null));
  return (
    <>
      {some && <TargetSelect choosable={choosable} label={t("where")} />}
      {some && away && <Checkbox size="xs" label={t("reuse")} checked={reuse} onChange={(event) => dispatching.setReuse(event.currentTarget.checked)} />}
      {away && plan !== null && <Traffic plan={plan} />}
      <Stranded choosable={choosable} />
    </>
  );
}

/** Bytes that the plan sends and receives, as far as they are known before the run. */
function Traffic({ plan }: { plan: Plan }) {
  const t = useMessages(dispatchMessages);
  const of = (kind: "send" | "receive") => plan.ops.filter((op) => op.kind === kind);
  const bytes = (kind: "send" | "receive"): string => formatBytes(of(kind).reduce((sum, op) => sum + (op.bytes ?? 0), 0));
  const open = [...of("send"), ...of("receive")].some((op) => op.bytes === null);
  return (
    <Text size="xs" c="dimmed" data-testid="traffic">
      {t(open ? "trafficAtLeast" : "traffic", { sent: bytes("send"), received: bytes("receive") })}
    </Text>
  );
}

/** What nothing here runs, and the servers that may. */
function Stranded({ choosable }: { choosable: Choosable }) {
  const { dispatching, servers, session } = useApp();
  const t = useMessages(dispatchMessages);
  const placements = useStore(session, (state) => state.placements);
  const listed = useStore(servers, (state) => state.servers);
  const models = stranded(choosable, placements);
  if (models.length === 0) return null;
  const go = (server: string): void => {
    for (const model of models) dispatching.chooseModel(model, server);
  };
  return (
    <Alert color="yellow" p={8} data-testid="stranded">
      {t("stranded", { models: models.join(", ") })} {t("strandedHint")}
      <Group gap={4} mt={4}>
        {listed.map(({ id, name }) => (
          <Button key={id} size="compact-xs" variant="default" leftSection={<IconServer size={14} />} onClick={() => go(id)}>
            {t("runStrandedOn", { name })}
          </Button>
        ))}
        {listed.length === 0 && <ConnectButton />}
      </Group>
    </Alert>
  );
}
