import { Button } from "@mantine/core";
import { useState } from "react";
import { longListMessages } from "./catalogue/long-list.messages.ts";
import { useMessages } from "./catalogue/section.ts";

/** A list shown in parts. */
export interface Part<Item> {
  readonly shown: readonly Item[];
  /** How many are left out. */
  readonly rest: number;
  showMore(): void;
}

/** The first `page` items of a list, and so many more with each request. */
export function useFirst<Item>(items: readonly Item[], page: number): Part<Item> {
  const [most, setMost] = useState(page);
  return { shown: items.length > most ? items.slice(0, most) : items, rest: Math.max(0, items.length - most), showMore: () => setMost(most + page) };
}

/** Asks for more of a list; nothing where all of it is shown. */
export function MoreButton({ rest, showMore }: Pick<Part<unknown>, "rest" | "showMore">) {
  const t = useMessages(longListMessages);
  if (rest === 0) return null;
  return (
    <Button variant="subtle" size="compact-sm" onClick={showMore}>
      {t("more", { count: rest })}
    </Button>
  );
}
