import { useEffect, useState } from "react";
import type { NamedFile } from "../../state/input-fit.ts";
import { pictureType } from "../../tensor/picture-type.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatBytes } from "../../ui/format.ts";
import { MoreButton, useFirst } from "../../ui/long-list.tsx";
import classes from "./input-files.module.css";

/** Files shown at first, and more with each press. */
const PAGE = 24;

/** The files of an input in their order: a small picture of each that is one, names and sizes. */
export function InputFiles({ files }: { files: readonly NamedFile[] }) {
  const t = useMessages(runMessages);
  const first = useFirst(files, PAGE);
  return (
    <>
      <ol className={classes.files} aria-label={t("files")}>
        {first.shown.map(({ name, blob }, index) => (
          <li key={`${index} ${name}`} className={classes.file}>
            <Thumbnail name={name} blob={blob} />
            <span className={classes.words}>
              <strong className={classes.name} title={name}>{name}</strong>
              <span className={classes.size}>{formatBytes(blob.size)}</span>
            </span>
          </li>
        ))}
      </ol>
      <MoreButton {...first} />
    </>
  );
}

/** A file's picture; what kind of file it is where it is none, or none that this browser decodes. */
function Thumbnail({ name, blob }: NamedFile) {
  const [url, setUrl] = useState<string | null>(null);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    let current = true;
    let made: string | undefined;
    const show = (head: ArrayBuffer): void => {
      const type = pictureType(new Uint8Array(head));
      if (!current || type === undefined) return;
      // The bytes say what it is, whatever the file's name says.
      made = URL.createObjectURL(blob.slice(0, blob.size, type));
      setUrl(made);
    };
    // A file that is gone shows its kind; reading it for the run says what is wrong.
    blob.slice(0, 64).arrayBuffer().then(show, () => undefined);
    return () => {
      current = false;
      if (made !== undefined) URL.revokeObjectURL(made);
      setUrl(null);
      setBroken(false);
    };
  }, [blob]);
  if (url === null || broken) return <span className={classes.kind} aria-hidden="true">{kindOf(name)}</span>;
  // Its name stands beside it.
  return <img className={classes.picture} src={url} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />;
}

/** The end of a file's name in capitals; "?" where it has none. */
function kindOf(name: string): string {
  return /\.(\w{1,5})(\.gz)?$/.exec(name)?.[1]?.toUpperCase() ?? "?";
}
