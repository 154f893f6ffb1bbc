import { ActionIcon, Button, FileButton, Group, Menu, Text } from "@mantine/core";
import { IconCamera, IconFileUpload, IconKeyboard, IconWorldDownload, IconX } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useStore } from "zustand";
import { takesAnyFile, type NamedFile } from "../../state/input-fit.ts";
import { examplesFor } from "../../state/opened-files.ts";
import type { InputState } from "../../state/session.ts";
import type { ModelInput } from "../../triton/model-config/model-config.ts";
import { useApp } from "../../ui/app-context.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { DataTypeMark } from "../../ui/data-type-mark.tsx";
import { formatShape } from "../../ui/format.ts";
import { FrameChoice } from "./frame-choice.tsx";
import { GenerateMenu } from "./generate-menu.tsx";
import { InputStatus } from "./input-status.tsx";
import { typedKind } from "./typed-input.ts";
import { useFileDrop } from "./use-file-drop.ts";
import classes from "./run-panel.module.css";

// None is there before it was asked for.
const AddressDialog = lazy(() => import("./address-dialog.tsx").then(({ AddressDialog }) => ({ default: AddressDialog })));
const TypeDialog = lazy(() => import("./type-dialog.tsx").then(({ TypeDialog }) => ({ default: TypeDialog })));
const CameraDialog = lazy(() => import("./camera-dialog.tsx").then(({ CameraDialog }) => ({ default: CameraDialog })));

const NO_FILES: readonly NamedFile[] = [];

interface InputRowProps {
  readonly model: string;
  readonly input: ModelInput;
  /** Of all inputs of the model. */
  readonly names: readonly string[];
  /** The model's max_batch_size. */
  readonly maxBatchSize: number;
  readonly state: InputState | undefined;
}

/** One input: its declaration, where its tensor comes from, and what was found there. Files are chosen, or dropped on it. */
export function InputRow({ model, input, names, maxBatchSize, state }: InputRowProps) {
  const { session, workspace } = useApp();
  const t = useMessages(runMessages);
  const groups = useStore(workspace, (state) => state.examples);
  const examples = examplesFor(groups, names, input.name);
  const [asking, setAsking] = useState<"address" | "camera" | "type" | null>(null);
  const choose = (files: readonly NamedFile[], frame?: number): void => {
    if (files.length > 0) void session.setInput(model, input.name, { kind: "files", files, ...(frame === undefined ? {} : { frame }) });
  };
  const drop = useFileDrop(choose);
  const close = () => setAsking(null);
  const finish = (file: NamedFile): void => {
    setAsking(null);
    choose([file]);
  };
  return (
    <div className={classes.input} data-testid={`input-${input.name}`} {...drop.handlers}>
      {drop.over && <p className={classes.dropHint}>{t("dropHere", { input: input.name })}</p>}
      <Group gap={8} wrap="nowrap">
        <span className={classes.name}>{input.name}</span>
        <DataTypeMark type={input.data_type} />
        <span className={classes.dims}>{formatShape(input.dims)}</span>
        {input.optional && <Text size="xs" c="dimmed">{t("optional")}</Text>}
      </Group>
      <Group gap={4}>
        <FileButton multiple onChange={(files) => choose(files.map((file) => ({ name: file.name, blob: file })))}>
          {(props) => (
            <Button {...props} size="compact-xs" variant="default" leftSection={<IconFileUpload size={14} />} aria-label={t("chooseFileFor", { input: input.name })}>
              {t("chooseFile")}
            </Button>
          )}
        </FileButton>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconWorldDownload size={14} />}
          aria-label={t("addressFor", { input: input.name })}
          onClick={() => setAsking("address")}
        >
          {t("address")}
        </Button>
        {typedKind(input) !== undefined && (
          <Button size="compact-xs" variant="default" leftSection={<IconKeyboard size={14} />} aria-label={t("typeFor", { input: input.name })} onClick={() => setAsking("type")}>
            {t("type")}
          </Button>
        )}
        {takesAnyFile(input) && (
          <Button size="compact-xs" variant="default" leftSection={<IconCamera size={14} />} aria-label={t("cameraFor", { input: input.name })} onClick={() => setAsking("camera")}>
            {t("camera")}
          </Button>
        )}
        {examples.length > 0 && (
          <Menu position="bottom-start">
            <Menu.Target>
              <Button size="compact-xs" variant="default">{t("examples")}</Button>
            </Menu.Target>
            <Menu.Dropdown>
              {examples.map((file) => (
                <Menu.Item key={file.path} onClick={() => void workspace.giveExampleFile(input.name, file)}>
                  {file.path.split("/").at(-1)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        <GenerateMenu model={model} input={input} />
        {state !== undefined && (
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("clearInput", { input: input.name })} onClick={() => session.clearInput(model, input.name)}>
            <IconX size={14} />
          </ActionIcon>
        )}
        <FrameChoice state={state} onChoose={choose} />
      </Group>
      <InputStatus state={state} maxBatchSize={maxBatchSize} />
      <Suspense>
        {asking === "address" && <AddressDialog input={input.name} onTake={finish} onClose={close} />}
        {asking === "type" && (
          <TypeDialog input={input} batched={maxBatchSize > 0} files={state?.source.kind === "files" ? state.source.files : NO_FILES} onTake={finish} onClose={close} />
        )}
        {asking === "camera" && <CameraDialog input={input.name} onTake={finish} onClose={close} />}
      </Suspense>
    </div>
  );
}
