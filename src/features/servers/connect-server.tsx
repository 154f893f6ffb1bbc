import { Button, Group, Modal } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import { useStore } from "zustand";
import { proxyServers, type ProxyServers } from "../../state/proxy-servers.ts";
import { forgetServer, rememberedOf, rememberServer } from "../../state/server-memory.ts";
import { isClosed, lookAt, type ServerState } from "../../state/server-state.ts";
import { createServers } from "../../state/servers.ts";
import { useApp } from "../../ui/app-context.ts";
import { connectMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useReturnedFocus } from "../../ui/use-returned-focus.ts";
import { ConnectFields } from "./connect-fields.tsx";
import { DiagnosisNotice } from "./diagnosis-notice.tsx";
import { forgetAnswers } from "./queries.tsx";
import { EMPTY_FORM, formOf, likelyMetrics, problemsOf, serverOf, type ServerForm } from "./server-form.ts";
import { surroundings } from "./use-server.ts";
import classes from "./servers.module.css";

/** Asks how to reach a server, tries it, and connects it. With `change` it is the one that the panel shows. */
export function ConnectServer({ change = false }: { readonly change?: boolean }) {
  const t = useMessages(connectMessages);
  const { servers, panes } = useApp();
  const old = useStore(servers, (state) => (change ? (state.servers.find(({ id }) => id === state.shown) ?? state.servers[0]) : undefined));
  const proxy = useProxy();
  const [form, setForm] = useState<ServerForm>(() => (old === undefined ? EMPTY_FORM : formOf(old, rememberedOf(old.id, localStorage))));
  const [tried, setTried] = useState(false);
  const [found, setFound] = useState<ServerState | "looking" | null>(null);
  useReturnedFocus();
  const problems = problemsOf(form);
  const close = (): void => panes.getState().showDialog(null);

  const edit = (part: Partial<ServerForm>): void => {
    setFound(null);
    setForm((before) => {
      const after = { ...before, ...part };
      // Metrics follow the server until somebody says otherwise.
      return "metrics" in part || before.metrics !== likelyMetrics(before, proxy) ? after : { ...after, metrics: likelyMetrics(after, proxy) };
    });
  };

  const add = (form: ServerForm): void => {
    const server = serverOf(form, surroundings().page);
    if (old !== undefined && old.id !== server.id) {
      forgetServer(old.id, localStorage);
      servers.remove(old.id);
    }
    rememberServer(server, !form.remember ? "nothing" : form.rememberHeaders ? "headers" : "address", localStorage);
    servers.add(server);
    servers.show(server.id);
    forgetAnswers(server.id);
    close();
    panes.getState().showTab("server");
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (problems !== undefined || found === "looking") return;
    setFound("looking");
    const server = serverOf(form, surroundings().page);
    const trial = createServers((url, init) => fetch(url, init));
    trial.add(server);
    const state = await lookAt(server.base, await trial.connection(server.id), surroundings(), undefined);
    if (state.kind === "unreachable" || (state.problem !== undefined && isClosed(state.problem))) setFound(state);
    // Where metrics most likely are is Triton's own custom.
    else add(state.metadata?.name === "triton" || form.metrics !== likelyMetrics(form, proxy) ? form : { ...form, metrics: "" });
  };

  return (
    <Modal opened onClose={close} title={t(change ? "changeTitle" : "title")} returnFocus={false} closeButtonProps={{ "aria-label": t("close") }} data-testid="connect-server">
      <form className={classes.form} onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
        <ConnectFields form={form} proxy={proxy} problems={tried ? problems : undefined} onEdit={edit} />
        <div role="status" aria-live="polite">
          {found !== null && found !== "looking" && found.problem !== undefined && <DiagnosisNotice diagnosis={found.problem} />}
        </div>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>{t("cancel")}</Button>
          {found !== null && found !== "looking" && <Button variant="default" onClick={() => add(form)}>{t("anyway")}</Button>}
          <Button type="submit" loading={found === "looking"}>{t(found === "looking" ? "connecting" : "connect")}</Button>
        </Group>
      </form>
    </Modal>
  );
}

/** The proxy's list; undefined while it is asked for. */
function useProxy(): ProxyServers | undefined {
  const [proxy, setProxy] = useState<ProxyServers>();
  useEffect(() => {
    let gone = false;
    const { fetch, page } = surroundings();
    void proxyServers(fetch, page).then((list) => {
      if (!gone) setProxy(list);
    });
    return () => {
      gone = true;
    };
  }, []);
  return proxy;
}
