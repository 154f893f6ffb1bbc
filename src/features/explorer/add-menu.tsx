import { Menu } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useStore } from "zustand";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { explorerMessages } from "../../ui/catalogue/explorer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { IconButton } from "../../ui/icon-button.tsx";

/** Commands by which something comes into the repository. */
const ADDING = ["new-ensemble", "add-models", "add-model-folder"];

/** The button above the tree, with the commands that add something to the repository. */
export function AddMenu() {
  const t = useMessages(explorerMessages);
  const { commands: store } = useApp();
  const language = useStore(settings, (state) => state.language);
  const commands = useStore(store, (state) => state.commands);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={t("add")} size="sm" data-testid="add-to-repository">
          <IconPlus size={16} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {ADDING.flatMap((id) => commands.get(id) ?? []).map(({ id, title, run }) => (
          <Menu.Item key={id} onClick={run}>{title(language)}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
