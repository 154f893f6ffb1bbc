import { ActionIcon, NumberInput } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { itemChoiceMessages } from "../ui/catalogue/item-choice.messages.ts";
import { useMessages } from "../ui/catalogue/section.ts";
import classes from "./item-choice.module.css";

/** Chooses an item of a batch by its index. */
export function ItemChoice({ items, item, onChange }: { items: number; item: number; onChange(item: number): void }) {
  const t = useMessages(itemChoiceMessages);
  const go = (next: number): void => {
    if (Number.isInteger(next) && next >= 0 && next < items) onChange(next);
  };
  return (
    <div className={classes.choice} role="group" aria-label={t("batch")} data-testid="item-choice">
      <ActionIcon size="sm" variant="default" aria-label={t("before")} disabled={item === 0} onClick={() => go(item - 1)}><IconChevronLeft size={14} /></ActionIcon>
      <NumberInput
        size="xs"
        className={classes.field}
        aria-label={t("item")}
        min={0}
        max={items - 1}
        allowDecimal={false}
        value={item}
        onChange={(next) => typeof next === "number" && go(next)}
      />
      <ActionIcon size="sm" variant="default" aria-label={t("next")} disabled={item === items - 1} onClick={() => go(item + 1)}><IconChevronRight size={14} /></ActionIcon>
      <span className={classes.words}>{t("of", { last: items - 1 })}</span>
    </div>
  );
}
