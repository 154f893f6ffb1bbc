import { ConchError, textOf } from "../../base/errors.ts";

/** What is asked for a camera: `navigator.mediaDevices`, which browsers leave out of insecure pages. */
export type Cameras = Pick<MediaDevices, "getUserMedia"> | undefined;

/** What a browser's refusal means, by the name of its error. */
const REFUSALS: Readonly<Record<string, string>> = {
  NotAllowedError: "the browser does not allow this page to use it. Allow the camera in the address bar, or choose a file",
  SecurityError: "the browser does not allow this page to use it. Allow the camera in the browser's settings, or choose a file",
  NotFoundError: "there is none. Connect one, or choose a file",
  OverconstrainedError: "there is none that fits. Connect another one, or choose a file",
  NotReadableError: "it gives no picture. Another program may be using it; close that one and try again",
  AbortError: "it gives no picture. Disconnect and connect it, and try again",
};

/** Turns a camera on. The caller ends its tracks. Throws CAMERA_UNAVAILABLE with what to do. */
export async function openCamera(cameras: Cameras): Promise<MediaStream> {
  if (cameras?.getUserMedia === undefined) {
    throw unavailable("InsecureContext", "browsers give it to https pages and to localhost only. Open Conch at such an address, or choose a file");
  }
  try {
    return await cameras.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : "";
    throw unavailable(name, REFUSALS[name] ?? `${textOf(thrown)}. Choose a file`, thrown);
  }
}

/** Turns a camera off. */
export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** The frame that a video shows now, as PNG. Throws CAMERA_UNAVAILABLE where it shows none yet. */
export async function takeFrame(video: HTMLVideoElement): Promise<Blob> {
  const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
  if (canvas.width > 0) canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = canvas.width === 0 ? null : await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw unavailable("NoFrame", "it has given no picture yet. Try again");
  return blob;
}

function unavailable(reason: string, why: string, cause?: unknown): ConchError {
  return new ConchError("CAMERA_UNAVAILABLE", `The camera cannot be used: ${why}.`, { data: { reason }, cause });
}
