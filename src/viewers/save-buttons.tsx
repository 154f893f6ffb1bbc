import { Button, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { textOf } from "../base/errors.ts";
import { useApp } from "../ui/app-context.ts";
import { resultsMessages } from "../ui/catalogue/results.messages.ts";
import { useMessages } from "../ui/catalogue/section.ts";
import { gridOf } from "./placement.ts";
import type { ResultTensor } from "./result-tensors.ts";
import { saveBytes } from "../ui/save-bytes.ts";
import classes from "./result-view.module.css";

/** Saves a tensor as .npy and, where its grid lies somewhere, as .nii.gz. */
export function SaveButtons({ tensor, model, affine }: { tensor: ResultTensor; model: string; affine: readonly number[] | undefined }) {
  const { name, handle } = tensor;
  const { session } = useApp();
  const t = useMessages(resultsMessages);
  const [state, setState] = useState<{ readonly saving: "npy" | "nifti" | null; readonly failure: string | null }>({ saving: null, failure: null });
  const save = async (format: "npy" | "nifti"): Promise<void> => {
    setState({ saving: format, failure: null });
    try {
      const bytes = await session.encode(handle, format, format === "nifti" ? affine : undefined);
      saveBytes(bytes, `${model}_${name}.${format === "npy" ? "npy" : "nii.gz"}`.replaceAll(/[^\w.-]+/g, "_"));
      setState({ saving: null, failure: null });
    } catch (thrown) {
      setState({ saving: null, failure: textOf(thrown) });
    }
  };
  const button = (format: "npy" | "nifti", label: string) => (
    <Button
      variant="default"
      leftSection={<IconDownload size={14} />}
      disabled={state.saving !== null}
      onClick={() => void save(format)}
    >
      {state.saving === format ? t("saving") : label}
    </Button>
  );
  return (
    <div className={classes.save}>
      {state.failure !== null && <Text size="xs" role="alert" className={classes.failure}>{t("saveFailed", { name, reason: state.failure })}</Text>}
      {button("npy", t("saveNpy"))}
      {affine !== undefined && gridOf(tensor) !== undefined && button("nifti", t("saveNifti"))}
    </div>
  );
}
