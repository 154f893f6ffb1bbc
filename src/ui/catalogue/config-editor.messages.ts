import { section } from "./section.ts";

/** The text editor. */
export const configEditorMessages = section(
  {
    region: "Text of {file}",
    files: "Files of {model}",
    nothingOpen: "Choose a model to see its configuration.",
    noConfig: "{model} has no config.pbtxt.",
    makeConfig: "Make config.pbtxt from this model",
    makeFailed: "No config.pbtxt could be made",
    noText: "{file} is not a text file.",
    openConfig: "Open config.pbtxt",
    changed: "changed since it was saved",
    field: "field",
    value: "value",
  },
  {
    region: "{file} 的文本",
    files: "{model} 的文件",
    nothingOpen: "请选择一个模型以查看其配置。",
    noConfig: "{model} 没有 config.pbtxt。",
    makeConfig: "根据此模型生成 config.pbtxt",
    makeFailed: "无法生成 config.pbtxt",
    noText: "{file} 不是文本文件。",
    openConfig: "打开 config.pbtxt",
    changed: "有未保存的更改",
    field: "字段",
    value: "值",
  },
);
