import { Checkbox, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useStore } from "zustand";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { useRemoteComparing } from "./use-remote-comparing.ts";
import { shortNumber } from "./words.ts";
import classes from "./remote-compare.module.css";

/** What counts as equal, and whether loading is measured. */
export function ToleranceFields() {
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const warmup = useStore(comparing, (state) => state.wishes.warmup);
  return (
    <div className={classes.fields}>
      <ToleranceField part="absolute" />
      <ToleranceField part="relative" />
      <Text size="xs" c="dimmed" className={measuring.wide}>{t("toleranceHint")}</Text>
      <Checkbox
        className={measuring.wide}
        size="xs"
        label={t("warmup")}
        description={t("warmupHint")}
        checked={warmup}
        onChange={(event) => comparing.wish({ warmup: event.currentTarget.checked })}
      />
    </div>
  );
}

function ToleranceField({ part }: { readonly part: "absolute" | "relative" }) {
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const [text, setText] = useState(() => shortNumber(comparing.getState().wishes.tolerance[part]));
  const edit = (typed: string): void => {
    setText(typed);
    const value = numberOf(typed);
    if (value !== undefined) comparing.wish({ tolerance: { ...comparing.getState().wishes.tolerance, [part]: value } });
  };
  return (
    <TextInput
      label={t(part)}
      inputMode="decimal"
      value={text}
      error={numberOf(text) === undefined ? t("toleranceWrong") : null}
      onChange={(event) => edit(event.currentTarget.value)}
    />
  );
}

/** A finite number from 0, as typed: "1e-4", "0.001". */
function numberOf(text: string): number | undefined {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
