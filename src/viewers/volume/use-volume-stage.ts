import { useEffect, useRef, useState, type RefObject } from "react";
import { textOf } from "../../base/errors.ts";
import { firstPlace, type LabelAppearance, type LabelVolume } from "./label-volume.ts";
import { openStage, type StageEvents, type StageLayout, type StageVolume, type VolumeStage } from "./volume-stage.ts";
import type { Window } from "./window-presets.ts";

/** What the picture is to show. */
export interface StageView {
  readonly base: StageVolume;
  readonly overlays: readonly LabelVolume[];
  readonly window: Window;
  readonly appearance: readonly LabelAppearance[];
  readonly layout: StageLayout;
  readonly background: readonly [number, number, number];
}

/** The picture in an element, kept in step with `view`. */
export interface StageHook {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly stage: VolumeStage | null;
  /** True once volumes are drawn. */
  readonly drawn: boolean;
  /** Why there is no picture. */
  readonly failure: string | null;
}

/** Opens a stage, shows volumes when they change and passes every other change on. The stage is disposed of with the component. */
export function useVolumeStage({ base, overlays, window, appearance, layout, background }: StageView, events: StageEvents): StageHook {
  const host = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<VolumeStage | null>(null);
  const [shown, setShown] = useState<Pick<StageView, "base" | "overlays"> | null>(null);
  const drawn = stage !== null && shown?.base === base && shown.overlays === overlays;
  const [failure, setFailure] = useState<string | null>(null);
  const latest = useRef(events);
  const present = useRef({ window, appearance });
  useEffect(() => {
    latest.current = events;
    present.current = { window, appearance };
  });

  useEffect(() => {
    let closed = false;
    let opened: VolumeStage | undefined;
    openStage(host.current as HTMLDivElement, {
      onLocation: (location) => latest.current.onLocation(location),
      onWindow: (next) => latest.current.onWindow(next),
    }).then(
      (ready) => {
        opened = ready;
        if (closed) ready.dispose();
        else setStage(ready);
      },
      (thrown: unknown) => !closed && setFailure(textOf(thrown)),
    );
    return () => {
      closed = true;
      opened?.dispose();
      setStage(null);
    };
  }, []);

  useEffect(() => {
    if (stage === null) return undefined;
    let closed = false;
    const { window: first, appearance: looks } = present.current;
    const colors = looks.map(({ labels }) => labels);
    const opacities = looks.map(({ opacity }) => opacity);
    stage.show(base, first, overlays, colors, opacities).then(
      () => {
        if (closed) return;
        const place = firstPlace(overlays);
        if (place !== undefined) stage.lookAt(place);
        setShown({ base, overlays });
      },
      (thrown: unknown) => !closed && setFailure(textOf(thrown)),
    );
    return () => {
      closed = true;
    };
  }, [stage, base, overlays]);

  useEffect(() => {
    if (drawn) stage?.setWindow(window);
  }, [stage, drawn, window]);
  useEffect(() => stage?.setLayout(layout), [stage, layout]);
  useEffect(() => stage?.setBackground(background), [stage, background]);
  const drawnAs = useRef(appearance);
  useEffect(() => {
    if (!drawn) return;
    appearance.forEach(({ labels, opacity }, index) => {
      const before = drawnAs.current[index];
      if (before?.labels !== labels) stage?.setColors(index, labels);
      if (before?.opacity !== opacity) stage?.setOpacity(index, opacity);
    });
    drawnAs.current = appearance;
  }, [stage, drawn, appearance]);

  return { host, stage, drawn, failure };
}
