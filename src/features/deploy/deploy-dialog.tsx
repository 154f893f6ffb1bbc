import { Modal, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { deployedModels } from "../../state/deployment.ts";
import { composeRecipe } from "../../triton/deploy/compose-recipe.ts";
import { kserveRecipe } from "../../triton/deploy/kserve-recipe.ts";
import { deploymentName, RELEASE, wishProblems, type RecipeWishes } from "../../triton/deploy/recipe-wishes.ts";
import { serverNeeds } from "../../triton/deploy/server-needs.ts";
import { useApp } from "../../ui/app-context.ts";
import { deployMessages } from "../../ui/catalogue/deploy.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useReturnedFocus } from "../../ui/use-returned-focus.ts";
import { RecipeFields, RECIPE_WISHES, type RecipeKind } from "./recipe-fields.tsx";
import { RecipeView } from "./recipe-view.tsx";
import classes from "./deploy.module.css";

/** Below this width the fields stand above the text. */
const NARROW = "(max-width: 767px)";

/** The open repository as a recipe for docker compose or KServe: a few wishes, what to know before, and the files. */
export function DeployDialog() {
  const t = useMessages(deployMessages);
  const { document, derivation, panes } = useApp();
  const files = useStore(document, (state) => state.files);
  const origin = useStore(document, (state) => state.origin);
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  const [kind, setKind] = useState<RecipeKind>("compose");
  const [changed, setChanged] = useState<Partial<RecipeWishes>>({});
  useReturnedFocus();
  const needs = useMemo(() => serverNeeds(deployedModels(derivation.repository(files, origin?.emptyFolders))), [derivation, files, origin]);
  const wishes = { ...defaults(origin?.name ?? ""), ...changed };
  if (changed.image === undefined) wishes.image = `registry.example.com/${wishes.name}-triton:${wishes.release}`;
  const problems = wishProblems(wishes);
  const asked = RECIPE_WISHES[kind].filter((wish) => wish !== "image" || needs.packages.length > 0);
  const faulty = asked.some((wish) => problems[wish] !== undefined);
  const recipe = faulty ? null : (kind === "compose" ? composeRecipe : kserveRecipe)(needs, wishes);
  const warnings = [...needs.warnings, ...(recipe?.warnings ?? [])].filter(({ code }) => code !== "runs-on-cpu" || wishes.gpu !== true);
  return (
    <Modal
      opened
      onClose={() => panes.getState().showDialog(null)}
      title={t("title")}
      returnFocus={false}
      size="min(1100px, 94vw)"
      fullScreen={narrow}
      closeButtonProps={{ "aria-label": t("cancel") }}
      data-testid="deploy"
    >
      <SegmentedControl
        size="sm"
        aria-label={t("recipes")}
        value={kind}
        onChange={(value) => setKind(value as RecipeKind)}
        data={(["compose", "kserve"] as const).map((value) => ({ value, label: t(value) }))}
      />
      <div className={classes.body}>
        <div className={classes.fields}>
          <p className={classes.note}>{t("intro")}</p>
          <p className={classes.note} data-testid="deploy-needs">{needsText(needs, t)}</p>
          <RecipeFields needs={needs} asked={asked} wishes={wishes} problems={problems} onWish={(wish) => setChanged((before) => ({ ...before, ...wish }))} />
        </div>
        <div className={classes.outcome}>
          {warnings.length > 0 && (
            <ul className={classes.warnings} aria-label={t("warnings")} data-testid="deploy-warnings">
              {warnings.map(({ code, values }) => <li key={`${code} ${values["model"] ?? ""}`}>{t(`warning-${code}`, values)}</li>)}
            </ul>
          )}
          {recipe === null ? <p className={classes.note} role="status">{t("faulty")}</p> : <RecipeView key={kind} name={`${wishes.name}-${kind}`} files={recipe.files} />}
        </div>
      </div>
    </Modal>
  );
}

/** A sample, a zip and a folder have a name that is one of a folder. */
function defaults(repository: string): RecipeWishes {
  const name = deploymentName(repository);
  const folder = repository.replace(/\.zip$/i, "") || "models";
  return { name, release: RELEASE, explicit: false, folder: `./${folder}`, port: 4173, storageUri: `s3://bucket/${name}`, image: "" };
}

function needsText({ backends, packages }: ReturnType<typeof serverNeeds>, t: ReturnType<typeof useMessages<keyof typeof deployMessages.en>>): string {
  const named = backends.length === 0 ? t("ensemblesOnly") : backends.join(", ");
  return packages.length === 0 ? t("needsPlain", { backends: named }) : t("needs", { backends: named, packages: packages.join(", ") });
}
