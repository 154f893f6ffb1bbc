import { useEffect, useState } from "react";
import { useStore } from "zustand";
import type { ErrorRecord } from "../base/errors.ts";
import { settings } from "../state/settings.ts";

/** An error as a sentence: its code, in Chinese what the code means, and the message with the particulars. */
export function ErrorText({ error: { code, message } }: { readonly error: Pick<ErrorRecord, "code" | "message"> }) {
  const meaning = useMeaning(code);
  return (
    <>
      <code>{code}</code> {meaning === undefined ? message : `${meaning}。${message}`}
    </>
  );
}

function useMeaning(code: ErrorRecord["code"]): string | undefined {
  const chinese = useStore(settings, ({ language }) => language === "zh");
  const [meanings, setMeanings] = useState<Readonly<Record<string, string>>>({});
  useEffect(() => {
    if (!chinese) return;
    let shown = true;
    // Without them the message stands alone, as in English.
    import("./catalogue/error-meanings.ts").then(
      ({ ERROR_MEANINGS }) => shown && setMeanings(ERROR_MEANINGS),
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, [chinese]);
  return chinese ? meanings[code] : undefined;
}
