import { NativeSelect } from "@mantine/core";
import { useStore } from "zustand";
import { choose, whereaboutsOf, type Choosable, type Whereabouts } from "../../state/where.ts";
import { useApp } from "../../ui/app-context.ts";
import { dispatchMessages } from "../../ui/catalogue/dispatch.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";

/** Where a run of a model goes: this browser, a server, or, of an ensemble, each step its own way. */
export function TargetSelect({ choosable, label, labelled }: { choosable: Choosable; label?: string; labelled?: string }) {
  const { dispatching, servers } = useApp();
  const t = useMessages(dispatchMessages);
  const state = useStore(dispatching);
  const listed = useStore(servers, ({ servers: all }) => all);
  const where = whereaboutsOf(choosable, state);
  const mixable = choosable.steps.some((name) => state.models[name] !== undefined);
  const data = [
    { value: "browser", label: t("browser") },
    ...listed.map(({ id, name }) => ({ value: `server ${id}`, label: t(choosable.isEnsemble ? "whole" : "server", { name }) })),
    ...(choosable.isEnsemble ? [{ value: "steps", label: t("steps"), disabled: !mixable }] : []),
  ];
  return (
    <NativeSelect
      size="xs"
      label={label}
      aria-label={labelled}
      description={label !== undefined && choosable.isEnsemble && !mixable ? t("stepsHint") : undefined}
      data={data}
      value={where.kind === "server" ? `server ${where.id}` : where.kind}
      onChange={(event) => choose(choosable, whereOf(event.currentTarget.value), dispatching)}
      data-testid={`where-${choosable.target}`}
    />
  );
}

/** Where the steps of one model go. */
export function ModelSelect({ model, labelled }: { model: string; labelled: string }) {
  const { dispatching, servers } = useApp();
  const t = useMessages(dispatchMessages);
  const chosen = useStore(dispatching, ({ models }) => models[model]);
  const listed = useStore(servers, ({ servers: all }) => all);
  return (
    <NativeSelect
      size="xs"
      aria-label={labelled}
      data={[{ value: "browser", label: t("browser") }, ...listed.map(({ id, name }) => ({ value: `server ${id}`, label: t("server", { name }) }))]}
      value={chosen === undefined ? "browser" : `server ${chosen}`}
      onChange={(event) => {
        const where = whereOf(event.currentTarget.value);
        dispatching.chooseModel(model, where.kind === "server" ? where.id : undefined);
      }}
      data-testid={`run-on-${model}`}
    />
  );
}

function whereOf(value: string): Whereabouts {
  if (value.startsWith("server ")) return { kind: "server", id: value.slice("server ".length) };
  return { kind: value === "steps" ? "steps" : "browser" };
}
