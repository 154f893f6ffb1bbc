import { Button } from "@mantine/core";
import { useMemo } from "react";
import { useStore } from "zustand";
import { parseChain } from "../../transforms/chain.ts";
import { useApp } from "../../ui/app-context.ts";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { Part } from "./facts.tsx";
import { listedParameters } from "./parameter-text.ts";
import classes from "./inspector.module.css";

/** The transforms of a python model, in order, with the parameters that are not at their defaults. */
export function ChainList({ model, file }: { model: string; file: string }) {
  const t = useMessages(inspectorMessages);
  const { document, selection, panes } = useApp();
  const text = useStore(document, ({ files }) => files.get(file)?.text ?? "");
  const { chain } = useMemo(() => parseChain(text, { model, file }), [text, model, file]);
  const open = (): void => {
    selection.getState().openFile(file);
    panes.getState().showText();
  };
  return (
    <Part title={t("chain")}>
      {chain === undefined && <p className={classes.dimmed}>{t("chainBroken")}</p>}
      {chain?.steps.length === 0 && <p className={classes.dimmed}>{t("noTransforms")}</p>}
      <ol className={classes.chain} data-testid={`chain-${model}`}>
        {chain?.steps.map((step) => {
          const parameters = listedParameters(step);
          return (
            <li key={`${step.path} ${step.keys.join(" ")}`}>
              <span className={classes.transform}>{step.spec.name}</span> <span className={classes.dimmed}>{t("keys", { keys: step.keys.join(", ") })}</span>
              <dl className={classes.parameters}>
                {parameters.map(({ name, value, doc }) => (
                  <div key={name} title={doc}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
              {parameters.length === 0 && <span className={classes.dimmed}>{t("defaults")}</span>}
            </li>
          );
        })}
      </ol>
      <Button variant="default" size="compact-xs" onClick={open}>{t("openChain")}</Button>
    </Part>
  );
}
