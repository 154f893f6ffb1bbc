import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useApp } from "../../ui/app-context.ts";
import { resultsMessages } from "../../ui/catalogue/results.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";

/** Runs a model once more with the inputs at hand. Nothing where no model was run. */
export function RunAgain({ model }: { model: string | null }) {
  const { session } = useApp();
  const t = useMessages(resultsMessages);
  if (model === null) return null;
  return <Button variant="default" leftSection={<IconPlayerPlay size={14} />} onClick={() => void session.execute(model)}>{t("runAgain")}</Button>;
}
