import { Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useStore } from "zustand";
import { useApp } from "./app-context.ts";
import { dispatchMessages } from "./catalogue/dispatch.messages.ts";
import { useMessages } from "./catalogue/section.ts";

/** Leads to the dialog that connects a server; nothing where the window has none. */
export function ConnectButton() {
  const { commands } = useApp();
  const t = useMessages(dispatchMessages);
  const command = useStore(commands, (state) => state.commands.get("add-server"));
  if (command === undefined) return null;
  return (
    <Button size="compact-xs" variant="default" leftSection={<IconPlugConnected size={14} />} onClick={() => command.run()}>
      {t("connect")}
    </Button>
  );
}
