import { section } from "./section.ts";

/** Messages of the explorer. */
export const explorerMessages = section(
  {
    tree: "Models and files",
    heading: "Repository",
    add: "New ensemble, or add models",
    newEnsemble: "New ensemble…",
    dropModels: "Drop models here to add them to this repository",
    empty: "The repository holds no models yet: begin an ensemble, or drop models here.",
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
    heading: "仓库",
    add: "新建 ensemble 或添加模型",
    newEnsemble: "新建 ensemble…",
    dropModels: "将模型拖放到此处以添加到此仓库",
    empty: "仓库中还没有模型：请新建 ensemble，或将模型拖放到此处。",
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
