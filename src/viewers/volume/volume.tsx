import { Button, Loader } from "@mantine/core";
import { useMemo, useState } from "react";
import { assert } from "../../base/errors.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { volumeViewerMessages } from "../../ui/catalogue/volume-viewer.messages.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { useLoaded } from "../use-loaded.ts";
import type { ViewerProps } from "../viewer.ts";
import { loadScene } from "./load-scene.ts";
import { sceneOf } from "./volume-scene.ts";
import { VolumeViewer } from "./volume-viewer.tsx";

/** The volume viewer for tensors of the worker: copies their elements out, then draws them. */
export function Volume({ tensor, companions }: ViewerProps) {
  const t = useMessages(volumeViewerMessages);
  const [attempt, setAttempt] = useState(0);
  const question = useMemo(() => ({ scene: sceneOf(tensor, companions), attempt }), [tensor, companions, attempt]);
  const loaded = useLoaded(question, async ({ scene }) => {
    assert(scene !== undefined, `the volume viewer accepts "${tensor.name}"`);
    return loadScene(scene);
  });
  if (loaded.status === "failed") {
    // A tensor that is gone stays so: the results offer another run.
    const retry = loaded.code === "STALE_TENSOR" ? undefined : <Button variant="default" onClick={() => setAttempt(attempt + 1)}>{t("retry")}</Button>;
    return <PaneNotice action={retry}>{t("failed", { reason: loaded.reason })}</PaneNotice>;
  }
  if (loaded.status === "loading") return <PaneNotice icon={<Loader size="sm" />}>{t("loading")}</PaneNotice>;
  const { base, overlays, refused } = loaded.value;
  return <VolumeViewer key={base.name} base={base} overlays={overlays} refused={refused} />;
}
