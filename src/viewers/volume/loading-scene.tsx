import { Button, Loader, Progress } from "@mantine/core";
import { useEffect, useState } from "react";
import { useMessages } from "../../ui/catalogue/section.ts";
import { volumeViewerMessages } from "../../ui/catalogue/volume-viewer.messages.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import classes from "./volume-viewer.module.css";

/** Milliseconds after which a wait is told how far it is, and can be ended. */
const LONG = 500;

/** Says that the volumes of a scene are on their way; how far they are, and a way to stop them, once it takes long. */
export function LoadingScene({ fraction, onCancel }: { fraction: number; onCancel(): void }) {
  const t = useMessages(volumeViewerMessages);
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG);
    return () => clearTimeout(timer);
  }, []);
  const stop = (
    <div className={classes.wait}>
      <Progress value={Math.round(fraction * 100)} size="sm" aria-label={t("progress")} data-testid="volume-progress" />
      <Button variant="default" onClick={onCancel}>{t("cancel")}</Button>
    </div>
  );
  return <PaneNotice icon={long ? undefined : <Loader size="sm" />} action={long && stop}>{t("loading")}</PaneNotice>;
}
