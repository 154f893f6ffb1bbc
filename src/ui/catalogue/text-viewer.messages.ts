import { section } from "./section.ts";

/** The viewer of texts. */
export const textViewerMessages = section(
  {
    list: "Texts of {name}",
    empty: "empty",
    bytes: "No UTF-8 text: {count} bytes, shown as hexadecimal numbers.",
    more: "{count} more bytes are not shown.",
    loading: "Copying texts out of the worker…",
    failed: "The texts cannot be read: {reason}",
    retry: "Try again",
  },
  {
    list: "{name} 的文本",
    empty: "空",
    bytes: "不是 UTF-8 文本：共 {count} 字节，以十六进制显示。",
    more: "另有 {count} 字节未显示。",
    loading: "正在从 worker 复制文本…",
    failed: "无法读取文本：{reason}",
    retry: "重试",
  },
);
