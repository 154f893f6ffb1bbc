import { section } from "./section.ts";

/** Messages of the explorer. */
export const explorerMessages = section(
  {
    tree: "Models and files",
    empty: "The repository holds no models.",
    version: "version {number}",
    edited: "not saved",
    notText: "not a text file",
    error: "has errors",
    warning: "has warnings",
    info: "has notes",
    examples: "Examples",
    useExample: "Use {name} as input",
  },
  {
    tree: "模型与文件",
    empty: "仓库中没有模型。",
    version: "版本 {number}",
    edited: "未保存",
    notText: "不是文本文件",
    error: "有错误",
    warning: "有警告",
    info: "有提示",
    examples: "示例",
    useExample: "将 {name} 用作输入",
  },
);
