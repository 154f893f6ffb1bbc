import { ActionIcon, Button, Checkbox, Group } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useStore } from "zustand";
import { comparingOf } from "../../state/comparing.ts";
import { useApp } from "../../ui/app-context.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { OwnSetForm } from "./own-set-form.tsx";
import { setText } from "./words.ts";
import type { Choice } from "./wished.ts";
import classes from "./placements.module.css";

/** The sets to choose from, and the way to one of one's own. */
export function SetList({ model, choice: { models, offered, chosen } }: { readonly model: string; readonly choice: Choice }) {
  const comparing = comparingOf(useApp().session);
  const t = useMessages(placementsMessages);
  const own = useStore(comparing, (state) => state.ownSets[model]) ?? [];
  const [adding, setAdding] = useState(false);
  const choose = (names: readonly string[]): void => comparing.wish({ sets: names });
  const names = chosen.map((set) => set.name);
  return (
    <fieldset className={measuring.choices}>
      <legend>{t("sets")}</legend>
      {offered.map((set) => (
        <Group key={set.name} gap={4} wrap="nowrap">
          <Checkbox
            size="xs"
            label={set.name}
            description={setText(set, t)}
            checked={names.includes(set.name)}
            onChange={(event) => choose(event.currentTarget.checked ? [...names, set.name] : names.filter((name) => name !== set.name))}
          />
          {own.includes(set) && (
            <ActionIcon size="sm" aria-label={t("remove", { set: set.name })} onClick={() => comparing.setOwnSets(model, own.filter((each) => each !== set))}>
              <IconX size={14} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {adding ? (
        <OwnSetForm
          models={models}
          taken={offered.map(({ name }) => name)}
          onAdd={(set) => {
            comparing.setOwnSets(model, [...own, set]);
            choose([...names, set.name]);
            setAdding(false);
          }}
          onClose={() => setAdding(false)}
        />
      ) : (
        <Button variant="subtle" size="compact-xs" leftSection={<IconPlus size={14} />} className={classes.add} onClick={() => setAdding(true)}>
          {t("addOwn")}
        </Button>
      )}
    </fieldset>
  );
}
