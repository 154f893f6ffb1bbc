import { Alert, Button, Group, Loader, Modal } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { toErrorRecord, type ErrorRecord } from "../../base/errors.ts";
import type { NamedFile } from "../../state/input-fit.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ErrorText } from "../../ui/error-text.tsx";
import { closeCamera, openCamera, takeFrame } from "./camera.ts";
import classes from "./run-panel.module.css";

interface CameraDialogProps {
  readonly input: string;
  onTake(file: NamedFile): void;
  onClose(): void;
}

/** What the camera sees, and a button that takes a frame of it. The camera is on while the dialog is there. */
export function CameraDialog({ input, onTake, onClose }: CameraDialogProps) {
  const t = useMessages(runMessages);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [live, setLive] = useState(false);
  const [error, setError] = useState<ErrorRecord | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let current = true;
    let opened: MediaStream | undefined;
    openCamera(navigator.mediaDevices as MediaDevices | undefined).then(
      (found) => {
        opened = found;
        if (current) setStream(found);
        else closeCamera(found);
      },
      (thrown: unknown) => current && setError(toErrorRecord(thrown)),
    );
    return () => {
      current = false;
      if (opened !== undefined) closeCamera(opened);
    };
  }, []);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  const take = (): void => {
    if (video.current === null) return;
    takeFrame(video.current).then((blob) => onTake({ name: "camera.png", blob }), (thrown: unknown) => setError(toErrorRecord(thrown)));
  };
  return (
    <Modal opened onClose={onClose} title={t("cameraTitle", { input })} closeButtonProps={{ "aria-label": t("close") }} size="lg" data-testid="camera-dialog">
      {error !== null && <Alert color="red" p={8} role="alert" data-testid="camera-error"><ErrorText error={error} /></Alert>}
      {stream !== null && (
        // What a camera sees has no words to be captioned.
        <video ref={video} className={classes.video} autoPlay playsInline muted aria-label={t("cameraPicture")} onLoadedData={() => setLive(true)} />
      )}
      {!live && error === null && <Group gap={8} role="status"><Loader size={14} />{t("cameraStarting")}</Group>}
      <Group gap={8} mt={12}>
        {error === null && <Button data-autofocus leftSection={<IconCamera size={16} />} disabled={!live} onClick={take}>{t("take")}</Button>}
        <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
      </Group>
    </Modal>
  );
}
