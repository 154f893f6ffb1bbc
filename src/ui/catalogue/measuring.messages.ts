import { section } from "./section.ts";

/** Words of everything that measures over many runs. */
export const measuringMessages = section(
  {
    cancel: "Cancel",
    cancelNow: "Stop now",
    needsInputs: "Inputs are missing: {inputs}.",
    toInputs: "Give inputs",
    itemsOf: "An item is a text or file of {inputs}",
  },
  {
    cancel: "取消",
    cancelNow: "立即停止",
    needsInputs: "缺少输入：{inputs}。",
    toInputs: "提供输入",
    itemsOf: "一项即 {inputs} 中的一段文本或一个文件",
  },
);
