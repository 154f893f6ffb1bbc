import { ActionIcon, Button, FileButton, Group, Loader, Menu, NumberInput, Text, TextInput } from "@mantine/core";
import { IconFileUpload, IconSparkles, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useStore } from "zustand";
import type { InputState } from "../../state/session.ts";
import type { ModelInput } from "../../triton/model-config/model-config.ts";
import { useApp } from "../../ui/app-context.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { DataTypeMark } from "../../ui/data-type-mark.tsx";
import { formatShape } from "../../ui/format.ts";
import classes from "./run-panel.module.css";

const FILLS = ["uniform", "normal", "zeros", "ones"] as const;

/** One input: its declaration, where its tensor comes from, and what was found there. */
export function InputRow({ model, input, state }: { model: string; input: ModelInput; state: InputState | undefined }) {
  const { session, workspace } = useApp();
  const t = useMessages(runMessages);
  const groups = useStore(workspace, (state) => state.examples);
  const examples = [...groups.values()].flat();
  const [sizes, setSizes] = useState("");
  const choose = (files: readonly { readonly name: string; readonly blob: Blob }[], frame?: number): void => {
    if (files.length > 0) void session.setInput(model, input.name, { kind: "files", files, ...(frame === undefined ? {} : { frame }) });
  };
  const generate = (fill: (typeof FILLS)[number]): void => {
    const shape = sizes.trim() === "" ? undefined : sizes.split(/[\s,×x]+/).map(Number);
    void session.setInput(model, input.name, { kind: "generated", fill, ...(shape === undefined ? {} : { shape }) });
  };
  const frames = framesOf(state);
  const open = input.dims.includes(-1);
  return (
    <div className={classes.input} data-testid={`input-${input.name}`}>
      <Group gap={8} wrap="nowrap">
        <span className={classes.name}>{input.name}</span>
        <DataTypeMark type={input.data_type} />
        <span className={classes.dims}>{formatShape(input.dims)}</span>
        {input.optional && <Text size="xs" c="dimmed">{t("optional")}</Text>}
      </Group>
      <Group gap={4} wrap="nowrap">
        <FileButton multiple onChange={(files) => choose(files.map((file) => ({ name: file.name, blob: file })))}>
          {(props) => (
            <Button {...props} size="compact-xs" variant="default" leftSection={<IconFileUpload size={14} />} aria-label={t("chooseFileFor", { input: input.name })}>
              {t("chooseFile")}
            </Button>
          )}
        </FileButton>
        {examples.length > 0 && (
          <Menu position="bottom-start">
            <Menu.Target>
              <Button size="compact-xs" variant="default">{t("examples")}</Button>
            </Menu.Target>
            <Menu.Dropdown>
              {examples.map((file) => (
                <Menu.Item key={file.path} onClick={() => void file.blob().then((blob) => choose([{ name: file.path.split("/").at(-1)!, blob }]))}>
                  {file.path.split("/").at(-1)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        <Menu position="bottom-start" closeOnItemClick>
          <Menu.Target>
            <Button size="compact-xs" variant="default" leftSection={<IconSparkles size={14} />} aria-label={t("generateFor", { input: input.name })}>
              {t("generate")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {open && (
              <TextInput
                size="xs"
                m={4}
                label={t("sizes")}
                description={t("sizesHint", { example: input.dims.map((size) => (size === -1 ? 32 : size)).join(", ") })}
                value={sizes}
                onChange={(event) => setSizes(event.currentTarget.value)}
              />
            )}
            {FILLS.map((fill) => (
              <Menu.Item key={fill} onClick={() => generate(fill)}>{t(fill)}</Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        {state !== undefined && (
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("clearInput", { input: input.name })} onClick={() => session.clearInput(model, input.name)}>
            <IconX size={14} />
          </ActionIcon>
        )}
        {frames > 1 && state?.source.kind === "files" && (
          <NumberInput
            size="xs"
            w={140}
            min={0}
            max={frames - 1}
            aria-label={t("frame")}
            placeholder={t("frameOf", { last: frames - 1 })}
            value={state.source.frame ?? ""}
            onChange={(value) => typeof value === "number" && state.source.kind === "files" && choose(state.source.files, value)}
          />
        )}
      </Group>
      <InputStatus state={state} />
    </div>
  );
}

function InputStatus({ state }: { state: InputState | undefined }) {
  const t = useMessages(runMessages);
  if (state === undefined) return <Text size="xs" c="dimmed">{t("missing")}</Text>;
  if (state.status === "decoding") {
    return <Group gap={4} role="status"><Loader size={12} /><Text size="xs">{t("decoding")}</Text></Group>;
  }
  if (state.status === "failed") {
    return <Text size="xs" className={classes.error} role="alert"><code>{state.error?.code}</code> {state.error?.message}</Text>;
  }
  const { source, decoded } = state;
  const from =
    source.kind === "files" ? source.files.map(({ name }) => name).join(", ") : source.kind === "affine" ? t("fromAffine", { input: source.of }) : t("generated", { fill: t(source.fill) });
  return (
    <div>
      <Text size="xs"><strong>{from}</strong> <span className={classes.dims}>{formatShape(decoded?.handle.shape ?? [])}</span></Text>
      {decoded?.summary !== "" && <Text size="xs" c="dimmed">{decoded?.summary}</Text>}
      {decoded?.warnings.map((warning) => <Text key={warning} size="xs" className={classes.warning}>{warning}</Text>)}
    </div>
  );
}

/** Frames of the file, also where decoding stopped because one has to be chosen. */
function framesOf(state: InputState | undefined): number {
  if (state?.decoded !== undefined) return state.decoded.frames;
  const frames = state?.error?.data.frames;
  return typeof frames === "number" ? frames : 1;
}
