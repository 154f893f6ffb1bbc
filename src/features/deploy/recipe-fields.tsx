import { Checkbox, NumberInput, TextInput } from "@mantine/core";
import type { RecipeWishes, WishProblem } from "../../triton/deploy/recipe-wishes.ts";
import type { ServerNeeds } from "../../triton/deploy/server-needs.ts";
import { deployMessages } from "../../ui/catalogue/deploy.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";

/** The recipes that there are. */
export type RecipeKind = "compose" | "kserve";

/** Wishes that are texts or numbers, in the order of the form, by recipe. */
export const RECIPE_WISHES = {
  compose: ["name", "release", "folder", "port"],
  kserve: ["name", "release", "storageUri", "image"],
} as const satisfies Readonly<Record<RecipeKind, readonly (keyof RecipeWishes)[]>>;

type Wish = (typeof RECIPE_WISHES)[RecipeKind][number];

interface RecipeFieldsProps {
  readonly needs: ServerNeeds;
  readonly asked: readonly Wish[];
  readonly wishes: RecipeWishes;
  readonly problems: Readonly<Partial<Record<keyof RecipeWishes, WishProblem>>>;
  onWish(wish: Partial<RecipeWishes>): void;
}

/** What the user chooses of a recipe. */
export function RecipeFields({ needs, asked, wishes, problems, onWish }: RecipeFieldsProps) {
  const t = useMessages(deployMessages);
  const error = (wish: Wish): string | undefined => {
    const problem = problems[wish];
    return problem && t(`problem-${problem}`);
  };
  return (
    <>
      {asked.map((wish) =>
        wish === "port" ? (
          <NumberInput key={wish} size="xs" label={t(wish)} value={wishes.port} error={error(wish)} allowDecimal={false} allowNegative={false} onChange={(value) => onWish({ port: Number(value) })} />
        ) : (
          <TextInput
            key={wish}
            size="xs"
            label={t(wish)}
            description={t(`${wish}Hint`)}
            value={wishes[wish]}
            error={error(wish)}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onWish({ [wish]: event.currentTarget.value })}
          />
        ),
      )}
      <Checkbox size="xs" label={t("gpu")} checked={wishes.gpu ?? needs.gpus !== 0} onChange={(event) => onWish({ gpu: event.currentTarget.checked })} />
      <Checkbox size="xs" label={t("explicit")} description={t("explicitHint")} checked={wishes.explicit} onChange={(event) => onWish({ explicit: event.currentTarget.checked })} />
    </>
  );
}
