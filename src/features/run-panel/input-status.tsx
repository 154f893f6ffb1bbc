import { Group, Loader, Text } from "@mantine/core";
import type { InputState } from "../../state/session.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ErrorText } from "../../ui/error-text.tsx";
import { formatShape } from "../../ui/format.ts";
import { InputFiles } from "./input-files.tsx";
import classes from "./run-panel.module.css";

/** How an input stands: its files, its shape, what was found in them, or why it cannot be. */
export function InputStatus({ state, maxBatchSize }: { state: InputState | undefined; maxBatchSize: number }) {
  const t = useMessages(runMessages);
  if (state === undefined) return <Text size="xs" c="dimmed">{t("missing")}</Text>;
  const { source, status, decoded, error } = state;
  const items = decoded?.handle.shape[0] ?? 0;
  return (
    <div className={classes.status}>
      {status === "decoding" && <Group gap={4} role="status"><Loader size={12} /><Text size="xs">{t("decoding")}</Text></Group>}
      {status === "failed" && <Text size="xs" className={classes.error} role="alert">{error !== undefined && <ErrorText error={error} />}</Text>}
      {source.kind === "files" && <InputFiles files={source.files} />}
      {status === "ready" && (
        <Text size="xs">
          {source.kind !== "files" && <><strong>{source.kind === "affine" ? t("fromAffine", { input: source.of }) : t("generated", { fill: t(source.fill) })}</strong> </>}
          <span className={classes.dims}>{formatShape(decoded?.handle.shape ?? [])}</span>
          {maxBatchSize > 1 && ` ${t("inBatch", { count: items, most: maxBatchSize })}`}
        </Text>
      )}
      {status === "ready" && decoded?.summary !== "" && <Text size="xs" c="dimmed">{decoded?.summary}</Text>}
      {status === "ready" && decoded?.warnings.map((warning) => <Text key={warning} size="xs" className={classes.warning}>{warning}</Text>)}
    </div>
  );
}
