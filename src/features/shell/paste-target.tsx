import { Button, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import type { ConchErrorCode } from "../../base/error-codes.ts";
import { fittingInputs, type NamedFile } from "../../state/input-fit.ts";
import type { ModelInput } from "../../triton/model-config/model-config.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { pasteMessages } from "../../ui/catalogue/paste.messages.ts";
import { showNotice } from "./notices.tsx";
import { takesText } from "./shortcuts.ts";

interface Pasted {
  readonly model: string;
  readonly files: readonly NamedFile[];
  /** Those that may take them. */
  readonly inputs: readonly ModelInput[];
}

/** Takes pasted files, such as a copied picture, for the input of the open model that fits; asks where several do. */
export function PasteTarget() {
  const app = useApp();
  const { document, derivation, selection, panes, session } = app;
  const t = useMessages(pasteMessages);
  const [pasted, setPasted] = useState<Pasted | null>(null);
  const give = ({ model, files }: Pasted, input: string): void => {
    setPasted(null);
    void session.setInput(model, input, { kind: "files", files });
    showNotice({ kind: "input-given", input, files: files.map(({ name }) => name) }, app);
  };
  useEffect(() => {
    const take = (event: ClipboardEvent): void => {
      const { model } = selection.getState();
      const files = [...(event.clipboardData?.files ?? [])].map((file) => ({ name: file.name, blob: file }));
      if (event.defaultPrevented || files.length === 0 || model === null || panes.getState().dialog !== null || takesText(window.document.activeElement)) return;
      event.preventDefault();
      const { files: texts, origin } = document.getState();
      const config = derivation.repository(texts, origin?.emptyFolders).models.get(model)?.config;
      const found: Pasted = { model, files, inputs: fittingInputs(config?.input ?? [], files) };
      const [only, ...others] = found.inputs;
      if (only === undefined) showNotice({ kind: "error", error: nothingFits(found) }, app);
      else if (others.length === 0) give(found, only.name);
      else setPasted(found);
    };
    window.addEventListener("paste", take);
    return () => window.removeEventListener("paste", take);
  });
  if (pasted === null) return null;
  return (
    <Modal opened onClose={() => setPasted(null)} title={t("title")} closeButtonProps={{ "aria-label": t("close") }} size="sm" data-testid="paste-dialog">
      <Text size="sm" mb={8}>{t("question", { files: pasted.files.map(({ name }) => name).join(", ") })}</Text>
      <Stack gap={4}>
        {pasted.inputs.map(({ name }, index) => (
          <Button key={name} variant="default" justify="flex-start" data-autofocus={index === 0 || undefined} onClick={() => give(pasted, name)}>{name}</Button>
        ))}
      </Stack>
    </Modal>
  );
}

function nothingFits({ model, files }: Pasted): { code: ConchErrorCode; message: string; data: { model: string; files: readonly string[] } } {
  const names = files.map(({ name }) => name);
  return {
    code: "INPUT_INVALID",
    message: `No input of model '${model}' takes ${names.join(", ")}: pictures and other files need a TYPE_STRING input with one element per item, numbers an .npy, .json or NIfTI file`,
    data: { model, files: names },
  };
}
