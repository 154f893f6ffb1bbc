import { expect, it } from "vitest";
import { openCamera } from "./camera.ts";

const refusing = (name: string) => ({ getUserMedia: () => Promise.reject(Object.assign(new Error("refused"), { name })) });

it.each([
  ["in an insecure page", undefined, "InsecureContext", /https pages and to localhost only/],
  ["that is not allowed", refusing("NotAllowedError"), "NotAllowedError", /does not allow.*address bar/],
  ["that is not there", refusing("NotFoundError"), "NotFoundError", /there is none\. Connect one/],
  ["that another program has", refusing("NotReadableError"), "NotReadableError", /Another program/],
  ["that fails in another way", refusing("TypeError"), "TypeError", /refused\. Choose a file\.$/],
])("a camera %s is refused with what to do", async (_, cameras, reason, message) => {
  await expect(openCamera(cameras)).rejects.toMatchObject({ code: "CAMERA_UNAVAILABLE", data: { reason }, message: expect.stringMatching(message) });
});
