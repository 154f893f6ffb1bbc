import { section } from "./section.ts";

/** The choice of an input for pasted files. */
export const pasteMessages = section(
  { title: "Pasted files", question: "Which input is {files} for?", close: "Close" },
  { title: "粘贴的文件", question: "{files} 用于哪个输入？", close: "关闭" },
);
