import { Alert, Button, Group, Modal, Progress, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { isAbort, toErrorRecord, type ErrorRecord } from "../../base/errors.ts";
import { fetchInput } from "../../repositories/fetch-input.ts";
import type { NamedFile } from "../../state/input-fit.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ErrorText } from "../../ui/error-text.tsx";
import { formatBytes } from "../../ui/format.ts";

type Fetching = { readonly bytes: number; readonly total: number | undefined };

interface AddressDialogProps {
  readonly input: string;
  onTake(file: NamedFile): void;
  onClose(): void;
}

/** Asks for the address of an input's file and fetches it; closing it ends the fetch. */
export function AddressDialog({ input, onTake, onClose }: AddressDialogProps) {
  const t = useMessages(runMessages);
  const [address, setAddress] = useState("");
  const [fetching, setFetching] = useState<Fetching | null>(null);
  const [error, setError] = useState<ErrorRecord | null>(null);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const mine = new AbortController();
    controller.current = mine;
    setError(null);
    setFetching({ bytes: 0, total: undefined });
    try {
      const file = await fetchInput(address, {
        base: document.baseURI,
        fetch: (url, init) => fetch(url, init),
        signal: mine.signal,
        progress: (bytes, total) => setFetching({ bytes, total }),
      });
      if (!mine.signal.aborted) onTake(file);
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toErrorRecord(thrown));
      setFetching(null);
    }
  };

  return (
    <Modal opened onClose={onClose} title={t("addressTitle", { input })} closeButtonProps={{ "aria-label": t("close") }} size="md" data-testid="address-dialog">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          data-autofocus
          label={t("addressLabel")}
          description={t("addressHint", { site: location.origin })}
          placeholder="pictures/a.png"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          disabled={fetching !== null}
          autoComplete="off"
          spellCheck={false}
        />
        <div role="status">
          {fetching !== null && (
            <>
              <Text size="xs" mt={8}>
                {fetching.total === undefined
                  ? t("fetched", { bytes: formatBytes(fetching.bytes) })
                  : t("fetchedOf", { bytes: formatBytes(fetching.bytes), total: formatBytes(fetching.total) })}
              </Text>
              <Progress size="xs" mt={4} value={fetching.total === undefined ? 100 : (100 * fetching.bytes) / fetching.total} striped={fetching.total === undefined} aria-label={t("fetching")} />
            </>
          )}
        </div>
        {error !== null && <Alert color="red" mt={8} p={8} role="alert" data-testid="address-error"><ErrorText error={error} /></Alert>}
        <Group gap={8} mt={12}>
          <Button type="submit" disabled={address.trim() === "" || fetching !== null}>{t("fetch")}</Button>
          {fetching !== null && <Button variant="default" onClick={() => controller.current?.abort()}>{t("cancel")}</Button>}
        </Group>
      </form>
    </Modal>
  );
}
