import { Button, SegmentedControl, Text } from "@mantine/core";
import { IconClipboard, IconDownload, IconFileZip } from "@tabler/icons-react";
import { useState } from "react";
import { zipStream } from "../../repositories/zip/write-zip.ts";
import type { RecipeFile } from "../../triton/deploy/recipe.ts";
import { deployMessages } from "../../ui/catalogue/deploy.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { saveBytes } from "../../ui/save-bytes.ts";
import classes from "./deploy.module.css";

/** The files of a recipe, one at a time, to copy and to download. `name` is that of the zip with all of them. */
export function RecipeView({ name, files }: { readonly name: string; readonly files: readonly RecipeFile[] }) {
  const t = useMessages(deployMessages);
  const [chosen, setChosen] = useState(0);
  const [said, setSaid] = useState("");
  const { name: file, text } = files[chosen] ?? files[0]!;
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => setSaid(t("copied", { file })), () => setSaid(t("notCopied")));
  return (
    <>
      {files.length > 1 && (
        <SegmentedControl
          size="xs"
          className={classes.files}
          aria-label={t("files")}
          value={file}
          onChange={(value) => setChosen(files.findIndex((each) => each.name === value))}
          data={files.map((each) => each.name)}
        />
      )}
      <pre className={classes.text} role="region" aria-label={t("text", { file })} tabIndex={0} data-testid="recipe">{text}</pre>
      <div className={classes.actions}>
        <Button size="xs" variant="default" leftSection={<IconClipboard size={14} />} onClick={copy}>{t("copy", { file })}</Button>
        <Button size="xs" variant="default" leftSection={<IconDownload size={14} />} onClick={() => saveBytes(new TextEncoder().encode(text), file)}>{t("download", { file })}</Button>
        {files.length > 1 && (
          <Button size="xs" variant="default" leftSection={<IconFileZip size={14} />} onClick={() => void saveZip(name, files)}>{t("downloadAll")}</Button>
        )}
      </div>
      <Text size="xs" role="status">{said}</Text>
    </>
  );
}

async function saveZip(name: string, files: readonly RecipeFile[]): Promise<void> {
  const inputs = files.map((file) => ({ path: file.name, size: file.text.length, content: file.text }));
  saveBytes(new Uint8Array(await new Response(zipStream(inputs, [], new Date())).arrayBuffer()), `${name}.zip`);
}
