import { useStore } from "zustand";
import { Menu } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconDeviceFloppy, IconFileZip, IconFolderUp, IconInfoCircle, IconServer, IconTrash } from "@tabler/icons-react";
import { canPickDirectory } from "../../repositories/directory/permission.ts";
import type { HistoryEntry } from "../../state/document.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { historyMessages, shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { downloadZip, saveInto } from "./save.ts";
import { shortcutName } from "./shortcuts.ts";
import classes from "./header.module.css";

interface RepositoryToolsProps {
  /** Files that are not as the repository's. */
  readonly edited: number;
  /** Whether the repository lies in a folder that may be written to. */
  readonly writable: boolean;
}

/** What the bar at the top has for the open repository: what runs will run on, undo and redo, saving and deploying. */
export function RepositoryTools({ edited, writable }: RepositoryToolsProps) {
  return (
    <>
      <GpuMark />
      <HistoryButtons />
      <SaveMenu edited={edited} writable={writable} />
    </>
  );
}

function HistoryButtons() {
  const t = useMessages(shellMessages);
  const { document } = useApp();
  const history = useMessages(historyMessages);
  const undo = useStore(document, (state) => state.undoStack.at(-1));
  const redo = useStore(document, (state) => state.redoStack.at(-1));
  const named = (word: string, entry: HistoryEntry | undefined): string => {
    if (entry === undefined || !(entry.label in historyMessages.en)) return word;
    return `${word}: ${history(entry.label as keyof typeof historyMessages.en)}`;
  };
  return (
    <>
      <IconButton label={named(t("undo"), undo)} keys={shortcutName("undo")} disabled={undo === undefined} onClick={() => document.getState().undo()} data-testid="undo">
        <IconArrowBackUp size={18} />
      </IconButton>
      <IconButton label={named(t("redo"), redo)} keys={shortcutName("redo")} disabled={redo === undefined} onClick={() => document.getState().redo()} data-testid="redo">
        <IconArrowForwardUp size={18} />
      </IconButton>
    </>
  );
}

function SaveMenu({ edited, writable }: RepositoryToolsProps) {
  const t = useMessages(shellMessages);
  const { document, workspace, panes } = useApp();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={t("save")} data-testid="save">
          <IconDeviceFloppy size={18} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {writable && (
          <Menu.Item leftSection={<IconFolderUp size={16} />} disabled={edited === 0} onClick={() => void workspace.saving.begin()}>
            {t("saveFolder")}
          </Menu.Item>
        )}
        {!writable && canPickDirectory() && (
          <Menu.Item leftSection={<IconFolderUp size={16} />} onClick={() => void saveInto(workspace)}>
            {t("saveInto")}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconFileZip size={16} />} onClick={() => void downloadZip(workspace, document.getState().origin?.name)}>
          {t("saveZip")}
        </Menu.Item>
        <Menu.Item leftSection={<IconServer size={16} />} onClick={() => panes.getState().showDialog("deploy")}>
          {t("deploy")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconInfoCircle size={16} />} onClick={() => panes.getState().showDialog("report")}>
          {t("report")}
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} />} disabled={edited === 0} onClick={() => workspace.discardEdits()}>
          {t("discard")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Says what runs will run on, once the worker has told. */
function GpuMark() {
  const t = useMessages(shellMessages);
  const { session } = useApp();
  const environment = useStore(session, (state) => state.environment);
  if (environment === null) return null;
  const { gpu } = environment;
  const named = gpu === null ? "" : gpu.description || `${gpu.vendor} ${gpu.architecture}`.trim();
  const words = gpu === null ? t("cpuOnly") : gpu.software ? t("softwareGpuShort") : named || "WebGPU";
  return (
    <span className={classes.gpu} data-weak={gpu === null || gpu.software} title={gpu === null ? t("noGpu") : gpu.software ? `${t("softwareGpu")} (${named})` : words} data-testid="gpu">
      {words}
    </span>
  );
}
