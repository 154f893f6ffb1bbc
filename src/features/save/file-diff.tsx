import { readableText } from "../../base/source-text.ts";
import type { SaveItem } from "../../state/save-plan.ts";
import { saveMessages } from "../../ui/catalogue/save.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ComparedTexts } from "../../ui/compared-texts.tsx";
import { formatBytes } from "../../ui/format.ts";
import classes from "./save.module.css";

/** The text that the folder holds now, beside or, `unified`, within the one that would be written. Of bytes: how many. */
export function FileDiff({ item, unified }: { item: SaveItem; unified: boolean }) {
  const t = useMessages(saveMessages);
  const { path, mine, theirs } = item;
  const texts = typeof mine === "string" || typeof theirs === "string" ? { mine: textOf(mine), theirs: textOf(theirs) } : undefined;
  const notes = [
    ...(theirs === null ? [t("noFile")] : []),
    ...(mine === null ? [t("goes")] : []),
    ...(texts === undefined ? [t("bytes", { theirs: bytesOf(theirs), mine: bytesOf(mine) })] : []),
    ...(texts !== undefined && mine !== null && theirs !== null && plain(texts.mine) === plain(texts.theirs) ? [t("lineEndings")] : []),
  ];
  return (
    <section className={classes.diff} aria-label={path} data-testid="save-diff">
      {notes.length > 0 && <p className={classes.note}>{notes.join(" ")}</p>}
      {texts !== undefined && (
        <>
          {!unified && (
            <div className={classes.sides} aria-hidden="true">
              <span>{t("folderText")}</span>
              <span>{t("mineText")}</span>
            </div>
          )}
          <ComparedTexts {...texts} unified={unified} left={t("folderText")} right={t("mineText")} className={classes.texts} />
        </>
      )}
    </section>
  );
}

function textOf(side: SaveItem["mine"] | SaveItem["theirs"]): string {
  return typeof side === "string" ? readableText(side) : "";
}

function bytesOf(side: SaveItem["mine"] | SaveItem["theirs"]): string {
  return formatBytes(typeof side === "object" && side !== null ? side.size : 0);
}

/** As an editor shows it. */
function plain(text: string): string {
  return text.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");
}
