import { lazy, Suspense } from "react";
import { useStore } from "zustand";
import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { IconAppWindow, IconCommand, IconDeviceDesktop, IconHelp, IconMoon, IconSun } from "@tabler/icons-react";
import { unsavedPaths } from "../../state/opened-files.ts";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { ConchLogo } from "../../ui/conch-logo.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { shortcutName } from "./shortcuts.ts";
import classes from "./header.module.css";

// The gallery needs none of them.
const RepositoryTools = lazy(() => import("./repository-tools.tsx").then((module) => ({ default: module.RepositoryTools })));

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
      {origin !== null && <Suspense fallback={null}><RepositoryTools edited={edited} writable={origin.folder !== undefined} /></Suspense>}
      <PaletteButton />
      <LanguageSwitch />
      <SchemeMenu />
      <HelpButton />
    </header>
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
