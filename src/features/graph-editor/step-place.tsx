import { Menu, Tooltip } from "@mantine/core";
import { IconCpu, IconServer } from "@tabler/icons-react";
import { useStore } from "zustand";
import type { KnownPlacement } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { dispatchMessages } from "../../ui/catalogue/dispatch.messages.ts";
import { placementMessages } from "../../ui/catalogue/placement.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import classes from "./graph-editor.module.css";

/** Where a step runs and why; of one that cannot run here the servers that are offered instead. */
export function StepPlace({ model, placement }: { model: string; placement: KnownPlacement }) {
  const p = useMessages(placementMessages);
  const { servers } = useApp();
  const some = useStore(servers, (state) => state.servers.length > 0);
  const reason = [p(placement.reason), placement.detail, placement.decided ? undefined : p("configured")].filter((each) => each !== undefined).join(". ");
  if (placement.kind === "none" && some) return <ServerOffer model={model} reason={reason} />;
  return (
    <Tooltip label={reason} multiline maw={320}>
      <span className={classes.placement} data-kind={placement.kind}>
        {placement.kind === "cpu" && <IconCpu size={12} aria-hidden="true" />}
        {placement.kind === "server" && <IconServer size={12} aria-hidden="true" />}
        {placement.kind === "server" ? p("onServer", { server: placement.detail ?? "" }) : p(placement.kind)}
      </span>
    </Tooltip>
  );
}

function ServerOffer({ model, reason }: { model: string; reason: string }) {
  const p = useMessages(placementMessages);
  const t = useMessages(dispatchMessages);
  const { dispatching, servers } = useApp();
  const listed = useStore(servers, (state) => state.servers);
  return (
    <Menu withinPortal position="bottom-start">
      <Menu.Target>
        <button type="button" className={`nodrag nopan ${classes.offer}`} data-kind="none" title={reason} aria-label={`${p("none")}: ${reason}. ${t("runModelOn", { model })}`} onClick={(event) => event.stopPropagation()}>
          {p("none")} ▾
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {listed.map(({ id, name }) => (
          <Menu.Item key={id} leftSection={<IconServer size={14} />} onClick={() => dispatching.chooseModel(model, id)}>
            {t("runStrandedOn", { name })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
