import { Button, Checkbox, Group, Modal, Text } from "@mantine/core";
import { useState } from "react";
import type { V2Server } from "../../state/servers.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useRepository } from "../../ui/open-model.ts";
import { useReturnedFocus } from "../../ui/use-returned-focus.ts";
import { useChange } from "./use-changes.ts";

/** Asks before a model is unloaded: others may use the server. */
export function UnloadDialog({ server, model, onClose }: { readonly server: V2Server; readonly model: string; onClose(): void }) {
  const t = useMessages(serverMessages);
  const apply = useChange(server);
  const [dependents, setDependents] = useState(false);
  const steps = useRepository().models.get(model)?.config.ensemble_scheduling?.step.map(({ model_name }) => model_name) ?? [];
  useReturnedFocus();
  const unload = (): void => {
    apply({ verb: "unload", model, dependents });
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t("unloadTitle", { model, server: server.name })} returnFocus={false} closeButtonProps={{ "aria-label": t("close") }} size="sm" data-testid="unload-dialog">
      <Text size="sm">{t("unloadBody")}</Text>
      <Checkbox
        mt="md"
        label={t("dependents")}
        description={steps.length > 0 ? t("dependentsOf", { models: [...new Set(steps)].join(", ") }) : undefined}
        checked={dependents}
        onChange={(event) => setDependents(event.currentTarget.checked)}
      />
      <Group justify="flex-end" gap="sm" mt="md">
        <Button variant="default" onClick={onClose} data-autofocus>{t("cancel")}</Button>
        <Button color="red" onClick={unload}>{t("unloadNow")}</Button>
      </Group>
    </Modal>
  );
}
