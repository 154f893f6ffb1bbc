import { Loader, Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { assert } from "../../base/errors.ts";
import { pictureLayout } from "../../tensor/picture-layout.ts";
import { pictureViewerMessages } from "../../ui/catalogue/picture-viewer.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { ItemChoice } from "../item-choice.tsx";
import { useLoaded } from "../use-loaded.ts";
import type { ViewerProps } from "../viewer.ts";
import { loadDrawing } from "./drawing.ts";
import { MaskPicture } from "./mask-picture.tsx";
import { PlainPicture } from "./plain-picture.tsx";
import { sceneOf, type PictureScene } from "./picture-scene.ts";
import classes from "./picture-viewer.module.css";

/** A tensor as a picture, or as a label mask over one; one item of its batch at a time. */
export function Picture({ tensor, companions }: ViewerProps) {
  const scene = useMemo(() => sceneOf(tensor), [tensor]);
  const [item, setItem] = useState(0);
  assert(scene !== undefined, `the picture viewer accepts "${tensor.name}"`);
  return (
    <section className={classes.viewer} data-testid="picture-viewer">
      {scene.items > 1 && <ItemChoice items={scene.items} item={item} onChange={setItem} />}
      <Item key={item} tensor={tensor} companions={companions} scene={scene} item={item} />
    </section>
  );
}

function Item({ tensor, companions, scene, item }: ViewerProps & { scene: PictureScene; item: number }) {
  const t = useMessages(pictureViewerMessages);
  const [attempt, setAttempt] = useState(0);
  const question = useMemo(() => ({ tensor, scene, item, attempt }), [tensor, scene, item, attempt]);
  const loaded = useLoaded(question, async () => {
    const mask = scene.kind === "mask" ? await tensor.loadMask(item, scene.layout) : null;
    if (mask !== null) return { mask };
    // Numbers that are no labels after all are a picture still.
    const { dataType, shape } = tensor.summary;
    const layout = scene.kind === "mask" ? pictureLayout(dataType, shape, tensor.batched) : undefined;
    return { drawing: await loadDrawing(tensor, layout === undefined ? scene : { kind: "pixels", items: layout.items, layout }, item) };
  });
  if (loaded.status === "loading") return <PaneNotice icon={<Loader size="sm" />}>{t("loading")}</PaneNotice>;
  if (loaded.status === "failed") {
    // A tensor that is gone stays so: the results offer another run.
    const retry = loaded.code === "STALE_TENSOR" ? undefined : <Button variant="default" onClick={() => setAttempt(attempt + 1)}>{t("retry")}</Button>;
    return <PaneNotice action={retry}>{t("failed", { reason: loaded.reason })}</PaneNotice>;
  }
  const { mask, drawing } = loaded.value;
  if (mask !== undefined) return <MaskPicture tensor={tensor} companions={companions} mask={mask} item={item} argmax={scene.kind === "mask" && scene.layout.channels > 1} />;
  return <PlainPicture name={tensor.name} drawing={drawing} />;
}
