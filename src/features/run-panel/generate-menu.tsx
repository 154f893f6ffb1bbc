import { Button, Menu, TextInput } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useState } from "react";
import type { ModelInput } from "../../triton/model-config/model-config.ts";
import { useApp } from "../../ui/app-context.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";

const FILLS = ["uniform", "normal", "zeros", "ones"] as const;

/** Makes a tensor from nothing; asks for the sizes that the configuration leaves open. */
export function GenerateMenu({ model, input }: { model: string; input: ModelInput }) {
  const { session } = useApp();
  const t = useMessages(runMessages);
  const [sizes, setSizes] = useState("");
  const generate = (fill: (typeof FILLS)[number]): void => {
    const shape = sizes.trim() === "" ? undefined : sizes.split(/[\s,×x]+/).map(Number);
    void session.setInput(model, input.name, { kind: "generated", fill, ...(shape === undefined ? {} : { shape }) });
  };
  return (
    <Menu position="bottom-start" closeOnItemClick>
      <Menu.Target>
        <Button size="compact-xs" variant="default" leftSection={<IconSparkles size={14} />} aria-label={t("generateFor", { input: input.name })}>
          {t("generate")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {input.dims.includes(-1) && (
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
  );
}
