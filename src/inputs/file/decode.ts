import { ConchError } from "../../base/errors.ts";
import { fit } from "../fit.ts";
import { singleFile, type InputKind } from "../input.ts";

/** Any file as it is: its bytes as the one element of a TYPE_STRING tensor (an encoded image, a text, a NIfTI that LoadImaged will read). */
export const fileInput: InputKind = {
  name: "file",
  extensions: [],
  sniff: () => true,
  decode(files, target, options) {
    const { name, bytes } = singleFile(files, "file");
    if (target.dataType !== "TYPE_STRING") {
      throw new ConchError("TENSOR_MISMATCH", `Input "${target.name}" expects ${target.dataType}, found ${name} as plain bytes, which are TYPE_STRING`, {
        data: { input: target.name, expected: target.dataType, found: "TYPE_STRING" },
      });
    }
    const tensor = fit({ dataType: "TYPE_STRING", shape: [1], data: [bytes] }, target, options);
    return { tensor, warnings: [], summary: [{ name: "bytes", value: String(bytes.byteLength) }] };
  },
};
