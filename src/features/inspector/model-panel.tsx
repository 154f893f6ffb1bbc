import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import type { ModelView, RepositoryView } from "../../state/derived.ts";
import { servedVersion, servedVersions } from "../../triton/repository/versions.ts";
import { useApp } from "../../ui/app-context.ts";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatBytes } from "../../ui/format.ts";
import { ChainList } from "./chain-list.tsx";
import { describeVersionPolicy } from "./describe-version-policy.ts";
import { Facts, Part, TensorList } from "./facts.tsx";
import { FieldsForm } from "./fields/fields-form.tsx";
import { InstanceKind } from "./instance-kind.tsx";
import classes from "./inspector.module.css";

/** Everything about one model: where it runs, its facts, tensors, transforms, and what its file says. */
export function ModelPanel({ repository, view }: { repository: RepositoryView; view: ModelView }) {
  const t = useMessages(inspectorMessages);
  const model = repository.graphModels.get(view.name);
  const version = servedVersion(view.directory, model?.config.version_policy);
  const chain = view.backend.backend === "python" ? version?.files.find((path) => path.endsWith("/transforms.json")) : undefined;
  if (model === undefined) return <NoConfig view={view} />;
  return (
    <>
      {view.parsed === undefined && <NoConfig view={view} />}
      {!view.isEnsemble && <InstanceKind model={model} />}
      <ModelFacts view={view} repository={repository} />
      <Part title={t("inputs")}><TensorList tensors={model.config.input} /></Part>
      <Part title={t("outputs")}><TensorList tensors={model.config.output} /></Part>
      {chain !== undefined && <ChainList model={view.name} file={chain} />}
      {view.backend.backend === "onnxruntime" && <FileDetails model={view.name} />}
      <FieldsForm key={view.name} view={view} title={t("config")} />
    </>
  );
}

function ModelFacts({ view, repository }: { view: ModelView; repository: RepositoryView }) {
  const t = useMessages(inspectorMessages);
  const { document, session } = useApp();
  const files = useStore(document, (state) => state.files);
  const inspection = useStore(session, (state) => state.inspections[view.name]);
  const config = repository.graphModels.get(view.name)?.config;
  const numbers = view.directory.versions.map(({ number }) => number);
  const policy = describeVersionPolicy(config?.version_policy);
  const served = servedVersions(numbers, config?.version_policy).served;
  const paths = [...view.directory.versions.flatMap((version) => version.files), ...view.directory.files];
  const bytes = paths.reduce((sum, path) => sum + (files.get(path)?.file?.size ?? files.get(path)?.text?.length ?? 0), 0);
  const count = config?.instance_group[0]?.count ?? 0;
  return (
    <Part title={t("facts")}>
      <Facts
        facts={[
          [t("backend"), view.isEnsemble ? undefined : view.backend.backend],
          [t("platform"), view.backend.platform],
          [t("steps"), view.isEnsemble ? config?.ensemble_scheduling?.step.length : undefined],
          [t("maxBatch"), config?.max_batch_size],
          [t("versionPolicy"), t(policy.key, policy.values)],
          [t("served"), served.length === 0 ? t("none") : served.join(", ")],
          [t("instances"), count > 1 ? count : undefined],
          [t("file"), view.backend.filename],
          [t("files"), paths.length === 0 ? undefined : `${paths.length} · ${formatBytes(bytes)}`],
          [t("weights"), inspection?.weightBytes == null ? undefined : formatBytes(inspection.weightBytes)],
          [t("memory"), inspection?.memoryEstimate == null ? undefined : formatBytes(inspection.memoryEstimate)],
        ]}
      />
    </Part>
  );
}

function FileDetails({ model }: { model: string }) {
  const t = useMessages(inspectorMessages);
  const { session } = useApp();
  const inspection = useStore(session, (state) => state.inspections[model]);
  const error = useStore(session, (state) => state.inspectionErrors[model] ?? state.preparationErrors[model]);
  return (
    <>
      <Part title={t("details")}>
        {error !== undefined && <p className={classes.failure}>{error.message}</p>}
        {inspection === undefined && error === undefined && <p className={classes.dimmed}>{t("notInspected")}</p>}
        {inspection !== undefined && <Facts facts={inspection.facts} />}
      </Part>
      {inspection !== undefined && inspection.rewrites.length > 0 && (
        <Part title={t("rewrites")}>
          <ul className={classes.rewrites}>{inspection.rewrites.map((each) => <li key={each}>{each}</li>)}</ul>
        </Part>
      )}
    </>
  );
}

function NoConfig({ view }: { view: ModelView }) {
  const t = useMessages(inspectorMessages);
  const { session } = useApp();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      await session.describeModel(view.name);
    } catch (thrown) {
      notifications.show({ color: "red", title: t("makeFailed"), message: textOf(thrown) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Part title={t("facts")}>
      <p className={classes.dimmed}>{t("noConfig")}</p>
      <Button loading={busy} onClick={() => void make()}>{t("makeConfig")}</Button>
    </Part>
  );
}
