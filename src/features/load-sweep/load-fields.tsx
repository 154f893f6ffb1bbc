import { Checkbox, NumberInput, Text, TextInput } from "@mantine/core";
import { useStore } from "zustand";
import type { LoadWishes, SweepingStore } from "../../state/sweeping.ts";
import { useApp } from "../../ui/app-context.ts";
import { loadSweepMessages } from "../../ui/catalogue/load-sweep.messages.ts";
import { BatchHint } from "../../ui/batch-hint.tsx";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ConnectButton } from "../../ui/connect-button.tsx";
import measuring from "../../ui/measuring.module.css";
import { MOST_CLIENTS, type Choice } from "./wished.ts";

/** The sides, the levels, and how long each may take. */
export function LoadFields({ sweeping, choice }: { readonly sweeping: SweepingStore; readonly choice: Choice }) {
  const t = useMessages(loadSweepMessages);
  const wishes = useStore(sweeping, (state) => state.wishes);
  const { concurrencies, batches, concurrenciesText, limit, lists } = choice;
  const number = (key: "requests" | "warmup" | "seconds" | "budget", least: number, hint: string) => (
    <NumberInput
      label={t(key)}
      description={hint}
      value={wishes[key]}
      min={least}
      max={99_999}
      clampBehavior="strict"
      allowDecimal={false}
      onChange={(value) => typeof value === "number" && value >= least && sweeping.wish({ [key]: value } satisfies Partial<LoadWishes>)}
    />
  );
  const tooMany = concurrencies?.some((count) => count > MOST_CLIENTS) === true;
  return (
    <>
      <Sides sweeping={sweeping} />
      <div className={measuring.numbers}>
        <TextInput
          label={t("concurrencies")}
          value={concurrenciesText}
          error={concurrencies === null ? t("listWrong") : tooMany ? t("tooMany", { most: MOST_CLIENTS }) : null}
          onChange={(event) => sweeping.wish({ concurrencies: event.currentTarget.value })}
        />
        <TextInput
          label={t("batches")}
          value={wishes.batches}
          error={batches === null ? t("listWrong") : null}
          onChange={(event) => sweeping.wish({ batches: event.currentTarget.value })}
        />
        <Text size="xs" c="dimmed" className={measuring.wide}><BatchHint limit={t("limit", { ...limit })} of={limit} lists={lists} /></Text>
        {number("requests", 1, t("requestsHint"))}
        {number("warmup", 0, t("warmupHint"))}
        {number("seconds", 0, t("endless"))}
        {number("budget", 0, t("endless"))}
      </div>
    </>
  );
}

function Sides({ sweeping }: { readonly sweeping: SweepingStore }) {
  const t = useMessages(loadSweepMessages);
  const { servers } = useApp();
  const connected = useStore(servers, (state) => state.servers);
  const { here, without } = useStore(sweeping, (state) => state.wishes);
  return (
    <fieldset className={measuring.choices}>
      <legend>{t("sides")}</legend>
      <Checkbox size="xs" label={t("here")} checked={here} onChange={(event) => sweeping.wish({ here: event.currentTarget.checked })} />
      {connected.map(({ id, name }) => (
        <Checkbox
          key={id}
          size="xs"
          label={name}
          checked={!without.includes(id)}
          onChange={(event) => sweeping.wish({ without: event.currentTarget.checked ? without.filter((each) => each !== id) : [...without, id] })}
        />
      ))}
      {connected.length === 0 && (
        <>
          <Text size="xs" c="dimmed">{t("noServers")}</Text>
          <ConnectButton />
        </>
      )}
    </fieldset>
  );
}
