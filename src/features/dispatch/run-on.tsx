import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import { dispatchMessages } from "../../ui/catalogue/dispatch.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ConnectButton } from "../../ui/connect-button.tsx";
import classes from "./dispatch.module.css";
import { ModelSelect, TargetSelect } from "./place-select.tsx";
import { useChoosable } from "./use-choosable.ts";

/** In the inspector: what runs a model, or the open ensemble. Nothing where there is no server and none is needed. */
export function RunOn({ model }: { model: string }) {
  const { selection, servers, session } = useApp();
  const t = useMessages(dispatchMessages);
  const choosable = useChoosable(model);
  const open = useStore(selection, (state) => state.model);
  const some = useStore(servers, (state) => state.servers.length > 0);
  const cannot = useStore(session, (state) => state.placements[model]?.kind === "none");
  if (choosable === undefined || (!some && !cannot)) return null;
  const labelled = t("runModelOn", { model });
  return (
    <section className={classes.part} data-testid="run-on">
      <h3 className={classes.title}>{t("runOn")}</h3>
      {!some ? <ConnectButton /> : model === open ? <TargetSelect choosable={choosable} labelled={labelled} /> : <ModelSelect model={model} labelled={labelled} />}
    </section>
  );
}
