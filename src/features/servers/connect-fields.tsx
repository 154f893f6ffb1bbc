import { Autocomplete, Checkbox, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import type { ProxyServers } from "../../state/proxy-servers.ts";
import { connectMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { DiagnosisNotice } from "./diagnosis-notice.tsx";
import { HeaderFields } from "./header-fields.tsx";
import type { FormProblem, FormProblems, ServerForm } from "./server-form.ts";
import classes from "./servers.module.css";

interface Props {
  readonly form: ServerForm;
  readonly proxy: ProxyServers | undefined;
  readonly problems: FormProblems | undefined;
  onEdit(part: Partial<ServerForm>): void;
}

/** Label, field, then what it is for and what is wrong with it. */
const ORDER: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];

/** What a server is reached by. */
export function ConnectFields({ form, proxy, problems, onEdit }: Props) {
  const t = useMessages(connectMessages);
  const said = (problem: FormProblem | undefined): string | undefined => (problem === undefined ? undefined : t(problem));
  const proxied = form.way === "proxy";
  return (
    <>
      <SegmentedControl
        aria-label={t("way")}
        value={form.way}
        onChange={(way) => onEdit({ way: way as ServerForm["way"], metrics: "" })}
        data={[{ value: "proxy", label: t("proxy") }, { value: "direct", label: t("direct") }]}
      />
      {proxied && <ProxyField form={form} proxy={proxy} error={said(problems?.id)} onEdit={onEdit} />}
      {!proxied && (
        <TextInput
          required
          type="url"
          label={t("address")}
          description={t("addressHint")}
          inputWrapperOrder={ORDER}
          placeholder="https://triton.example.org"
          value={form.address}
          error={said(problems?.address)}
          onChange={(event) => onEdit({ address: event.currentTarget.value })}
        />
      )}
      <TextInput label={t("name")} value={form.name} placeholder={proxied ? form.id : ""} onChange={(event) => onEdit({ name: event.currentTarget.value })} />
      <TextInput
        label={t("metrics")}
        description={t(proxied ? "metricsProxyHint" : "metricsDirectHint")}
        inputWrapperOrder={ORDER}
        value={form.metrics}
        error={said(problems?.metrics)}
        onChange={(event) => onEdit({ metrics: event.currentTarget.value })}
      />
      <HeaderFields headers={form.headers} problems={problems?.headers} onChange={(headers) => onEdit({ headers })} />
      <Checkbox label={t("remember")} description={t("rememberHint")} checked={form.remember} onChange={(event) => onEdit({ remember: event.currentTarget.checked })} />
      {form.headers.length > 0 && (
        <Checkbox
          label={t("rememberHeaders")}
          description={t("rememberHeadersHint")}
          disabled={!form.remember}
          checked={form.remember && form.rememberHeaders}
          onChange={(event) => onEdit({ rememberHeaders: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

function ProxyField({ form, proxy, error, onEdit }: Pick<Props, "form" | "proxy" | "onEdit"> & { readonly error: string | undefined }) {
  const t = useMessages(connectMessages);
  if (proxy === undefined) return <Text size="sm" role="status">{t("asking")}</Text>;
  if (proxy.kind !== "list") {
    const code = proxy.kind === "none" ? "NO_PROXY" : proxy.kind === "gone" ? "PAGE_SERVER_GONE" : "NOT_OWN_PAGE";
    return <DiagnosisNotice diagnosis={{ code, detail: proxy.kind === "refused" ? proxy.message : "" }} />;
  }
  if (proxy.loopback) {
    return (
      <Autocomplete
        required
        data-autofocus
        label={t("port")}
        description={t("portHint")}
        inputWrapperOrder={ORDER}
        classNames={{ input: classes.mono }}
        placeholder="localhost:8000"
        data={form.id === "" ? ["localhost:8000"] : []}
        value={form.id}
        error={error}
        onChange={(id) => onEdit({ id })}
      />
    );
  }
  return (
    <Select
      required
      data-autofocus
      label={t("listed")}
      data={proxy.servers.map(({ id, url }) => ({ value: id, label: url === "" ? id : `${id} · ${url}` }))}
      value={form.id === "" ? null : form.id}
      error={error}
      onChange={(id) => onEdit({ id: id ?? "" })}
    />
  );
}
