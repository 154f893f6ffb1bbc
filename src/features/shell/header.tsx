import { useStore } from "zustand";
import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import {
  IconAppWindow,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCommand,
  IconDeviceDesktop,
  IconDeviceFloppy,
  IconFileZip,
  IconFolderUp,
  IconHelp,
  IconInfoCircle,
  IconMoon,
  IconSun,
  IconTrash,
} from "@tabler/icons-react";
import { canPickDirectory } from "../../repositories/directory/permission.ts";
import type { HistoryEntry } from "../../state/document.ts";
import { unsavedPaths } from "../../state/opened-files.ts";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { historyMessages, shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { ConchLogo } from "../../ui/conch-logo.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { downloadZip, saveInto } from "./save.ts";
import { shortcutName } from "./shortcuts.ts";
import classes from "./header.module.css";

/** The bar at the top: where one is, undo and redo, saving, language and colours. */
export function Header() {
  const t = useMessages(shellMessages);
  const { document, workspace } = useApp();
  const origin = useStore(document, (state) => state.origin);
  const alsoOpen = useStore(workspace, (state) => state.alsoOpen);
  const edited = useStore(document, (state) => unsavedPaths(state).length);
  return (
    <header className={classes.header}>
      <UnstyledButton className={classes.home} aria-label={t("home")} onClick={() => workspace.close()}>
        <ConchLogo />
        <span className={classes.brand}>Conch</span>
      </UnstyledButton>
      {origin !== null && (
        <>
          <span className={classes.repository} data-testid="repository-name" title={origin.name}>
            {origin.name}
          </span>
          {edited > 0 && (
            <span className={classes.edited} data-count={edited} data-testid="unsaved">
              {t("edited", { count: edited })}
            </span>
          )}
          {alsoOpen && (
            <span className={classes.shared} title={t("alsoOpenDetail")} data-testid="also-open">
              <IconAppWindow size={14} />
              <span className={classes.sharedWords}>{t("alsoOpen")}</span>
            </span>
          )}
        </>
      )}
      <span className={classes.space} />
      {origin !== null && <GpuMark />}
      {origin !== null && <HistoryButtons />}
      {origin !== null && <SaveMenu edited={edited} writable={origin.folder !== undefined} />}
      <PaletteButton />
      <LanguageSwitch />
      <SchemeMenu />
      <HelpButton />
    </header>
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

function SaveMenu({ edited, writable }: { edited: number; writable: boolean }) {
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
        <Menu.Item leftSection={<IconAppWindow size={16} />} onClick={() => panes.getState().showDialog("deploy")}>
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

function LanguageSwitch() {
  const t = useMessages(shellMessages);
  const language = useStore(settings, (state) => state.language);
  const other = language === "en" ? "zh" : "en";
  return (
    <UnstyledButton
      className={classes.language}
      aria-label={`${t("language")}: ${other === "en" ? "English" : "简体中文"}`}
      lang={other === "en" ? "en" : "zh-Hans"}
      onClick={() => settings.getState().setLanguage(other)}
      data-testid="language"
    >
      {other === "en" ? "EN" : "中文"}
    </UnstyledButton>
  );
}

const SCHEMES = [
  ["light", "schemeLight", IconSun],
  ["dark", "schemeDark", IconMoon],
  ["auto", "schemeAuto", IconDeviceDesktop],
] as const;

function SchemeMenu() {
  const t = useMessages(shellMessages);
  const chosen = useStore(settings, (state) => state.colorScheme);
  const { setColorScheme } = useMantineColorScheme();
  const Present = SCHEMES.find(([scheme]) => scheme === chosen)?.[2] ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={t("scheme")} data-testid="scheme">
          <Present size={18} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(([scheme, key, Glyph]) => (
          <Menu.Item key={scheme} leftSection={<Glyph size={16} />} onClick={() => setColorScheme(scheme)} aria-current={scheme === chosen}>
            {t(key)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function PaletteButton() {
  const t = useMessages(shellMessages);
  const { panes } = useApp();
  return (
    <IconButton label={t("palette")} keys={shortcutName("palette")} onClick={() => panes.getState().showDialog("palette")} data-testid="open-palette">
      <IconCommand size={18} />
    </IconButton>
  );
}

function HelpButton() {
  const t = useMessages(shellMessages);
  const { panes } = useApp();
  return (
    <IconButton label={t("help")} keys="?" onClick={() => panes.getState().showDialog("shortcuts")}>
      <IconHelp size={18} />
    </IconButton>
  );
}
