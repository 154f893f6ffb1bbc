import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { assert } from "../../base/errors.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { volumeViewerMessages } from "../../ui/catalogue/volume-viewer.messages.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { useLoaded } from "../use-loaded.ts";
import type { ViewerProps } from "../viewer.ts";
import { loadScene } from "./load-scene.ts";
import { LoadingScene } from "./loading-scene.tsx";
import { sceneOf } from "./volume-scene.ts";
import { VolumeViewer } from "./volume-viewer.tsx";

/** The volume viewer for tensors of the worker: has it make their volumes, then draws them. */
export function Volume({ tensor, companions }: ViewerProps) {
  const t = useMessages(volumeViewerMessages);
  const [attempt, setAttempt] = useState(0);
  const [progress, setProgress] = useState({ of: attempt, fraction: 0 });
  const question = useMemo(() => ({ scene: sceneOf(tensor, companions), attempt, controller: new AbortController() }), [tensor, companions, attempt]);
  const loaded = useLoaded(question, async ({ scene, attempt: of, controller: { signal } }) => {
    assert(scene !== undefined, `the volume viewer accepts "${tensor.name}"`);
    return loadScene(scene, { signal, progress: (fraction) => setProgress({ of, fraction }) });
  });
  if (loaded.status === "failed") {
    // A tensor that is gone stays so: the results offer another run.
    const retry = loaded.code === "STALE_TENSOR" ? undefined : <Button variant="default" onClick={() => setAttempt(attempt + 1)}>{t("retry")}</Button>;
    return <PaneNotice action={retry}>{loaded.code === "CANCELLED" ? t("cancelled") : t("failed", { reason: loaded.reason })}</PaneNotice>;
  }
  if (loaded.status === "loading") {
    return <LoadingScene key={attempt} fraction={progress.of === attempt ? progress.fraction : 0} onCancel={() => question.controller.abort()} />;
  }
  const { base, overlays, refused } = loaded.value;
  return <VolumeViewer key={base.name} base={base} overlays={overlays} refused={refused} />;
}
