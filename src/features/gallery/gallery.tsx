import { useEffect, useMemo, useRef } from "react";
import { useStore } from "zustand";
import { Button, FileButton, Skeleton, UnstyledButton } from "@mantine/core";
import { IconFileZip, IconFolderOpen, IconFolderPlus, IconPlayerPlayFilled, IconX } from "@tabler/icons-react";
import { canPickDirectory, pickDirectory } from "../../repositories/directory/permission.ts";
import { readFileList } from "../../repositories/dropped/read-drop.ts";
import type { SampleEntry } from "../../repositories/listing.ts";
import { settings } from "../../state/settings.ts";
import type { WorkspaceSummary } from "../../state/workspace-store.ts";
import { useApp } from "../../ui/app-context.ts";
import { galleryMessages } from "../../ui/catalogue/gallery.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatBytes, formatTime } from "../../ui/format.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { useCommands } from "../../ui/use-commands.ts";
import { galleryCommands } from "./gallery-commands.ts";
import { SamplePicture } from "./pictures.tsx";
import { sampleWords } from "./sample-words.ts";
import classes from "./gallery.module.css";

/** The first screen: samples that one click runs, ways to open a repository, and those opened before. */
export function Gallery() {
  const t = useMessages(galleryMessages);
  const { workspace } = useApp();
  const recents = useStore(workspace, (state) => state.recents);
  const samples = useStore(workspace, (state) => state.samples);
  useEffect(() => void workspace.refresh(), [workspace]);
  useCommands(useMemo(() => galleryCommands(workspace, samples ?? [], recents), [workspace, samples, recents]));
  return (
    <div className={classes.gallery} data-testid="gallery">
      <h1 className={classes.title}>{t("title")}</h1>
      <Samples />
      <OwnRepository />
      {recents.length > 0 && (
        <section aria-labelledby="gallery-recent">
          <h2 id="gallery-recent" className={classes.heading}>
            {t("recent")}
          </h2>
          <ul className={classes.recents}>
            {recents.slice(0, 8).map((recent) => (
              <Recent key={recent.id} recent={recent} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Samples() {
  const t = useMessages(galleryMessages);
  const { workspace } = useApp();
  const samples = useStore(workspace, (state) => state.samples);
  return (
    <section aria-labelledby="gallery-samples" aria-busy={samples === null}>
      <h2 id="gallery-samples" className={classes.heading}>
        {t("samples")}
      </h2>
      {samples?.length === 0 && <p className={classes.quiet}>{t("noSamples")}</p>}
      <div className={classes.cards}>
        {samples === null && <Skeleton height={264} radius="lg" aria-label={t("loading")} />}
        {samples?.map((sample) => (
          <SampleCard key={sample.name} sample={sample} />
        ))}
      </div>
    </section>
  );
}

function SampleCard({ sample }: { sample: SampleEntry }) {
  const t = useMessages(galleryMessages);
  const { workspace } = useApp();
  const words = sampleWords(sample, useStore(settings, (state) => state.language));
  const runs = sample.examples.length > 0;
  return (
    <article className={classes.card} data-testid={`sample-${sample.name}`}>
      <div className={classes.picture}>
        <SamplePicture name={sample.name} />
      </div>
      <div className={classes.words}>
        <h3 className={classes.name}>{words.title}</h3>
        <p className={classes.line}>{words.line}</p>
      </div>
      <div className={classes.actions}>
        {runs && (
          <Button leftSection={<IconPlayerPlayFilled size={14} />} aria-label={t("runNamed", { name: words.title })} onClick={() => void workspace.runSample(sample.name)}>
            {t("run")}
          </Button>
        )}
        <Button variant="default" aria-label={t("openNamed", { name: words.title })} onClick={() => void workspace.openSample(sample.name)}>
          {t("open")}
        </Button>
      </div>
    </article>
  );
}

function OwnRepository() {
  const t = useMessages(galleryMessages);
  const { workspace, panes } = useApp();
  const begin = async (): Promise<void> => {
    if (await workspace.newRepository()) panes.getState().showDialog("new-ensemble");
  };
  const folderInput = useRef<HTMLInputElement>(null);
  const openFolder = async (): Promise<void> => {
    if (!canPickDirectory()) folderInput.current?.click();
    else {
      const directory = await pickDirectory();
      if (directory !== undefined) await workspace.openDirectory(directory);
    }
  };
  const openFiles = (files: Iterable<File>): void => void workspace.openDrop(readFileList(files));
  return (
    <section aria-labelledby="gallery-own">
      <h2 id="gallery-own" className={classes.heading}>
        {t("yours")}
      </h2>
      <div className={classes.drop} data-testid="drop-target">
        <p className={classes.dropWords}>
          {t("drop")} <span className={classes.quiet}>{t("stays")}</span>
        </p>
        <div className={classes.actions}>
          <Button variant="default" leftSection={<IconFolderOpen size={16} />} onClick={() => void openFolder()}>
            {t("openFolder")}
          </Button>
          <FileButton multiple onChange={openFiles}>
            {(props) => (
              <Button variant="default" leftSection={<IconFileZip size={16} />} {...props}>
                {t("openFiles")}
              </Button>
            )}
          </FileButton>
          <Button variant="default" leftSection={<IconFolderPlus size={16} />} onClick={() => void begin()} data-testid="new-repository">
            {t("newRepository")}
          </Button>
          <input
            ref={folderInput}
            type="file"
            hidden
            aria-hidden="true"
            tabIndex={-1}
            {...{ webkitdirectory: "" }}
            onChange={(event) => {
              openFiles([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
        </div>
      </div>
    </section>
  );
}

const KINDS = { sample: "kindSample", directory: "kindDirectory", dropped: "kindDropped", zip: "kindZip", http: "kindHttp", new: "kindNew" } as const;

function Recent({ recent }: { recent: WorkspaceSummary }) {
  const t = useMessages(galleryMessages);
  const { workspace } = useApp();
  const language = useStore(settings, (state) => state.language);
  const elsewhere = useStore(workspace, (state) => state.elsewhere.has(recent.id));
  const facts = [
    t(KINDS[recent.origin.kind]),
    formatBytes(recent.bytes),
    ...(recent.edited > 0 ? [t("edited", { count: recent.edited })] : []),
    formatTime(recent.openedAt, language),
    ...(elsewhere ? [t("elsewhere")] : []),
  ];
  return (
    <li className={classes.recent}>
      <UnstyledButton className={classes.recentName} onClick={() => void workspace.openRecent(recent)} data-testid={`recent-${recent.name}`}>
        <span>{recent.name}</span>
        <span className={classes.quiet}>{facts.join(" · ")}</span>
      </UnstyledButton>
      <IconButton label={t("forget", { name: recent.name })} size="sm" onClick={() => void workspace.forgetRecent(recent)}>
        <IconX size={14} />
      </IconButton>
    </li>
  );
}
