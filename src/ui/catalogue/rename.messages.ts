import { section } from "./section.ts";

/** What a new name of a tensor would do, and why it cannot be. */
export const renameMessages = section(
  {
    empty: "A tensor needs a name.",
    taken: "{model} has a tensor of this name.",
    places: "Places to change: {places}, in files: {files}.",
    clients: "Requests to {model} must use the new name.",
    "model-file": "The files of {model} must use it too.",
  },
  {
    empty: "张量需要名称。",
    taken: "{model} 已有同名张量。",
    places: "将修改 {files} 个文件中的 {places} 处。",
    clients: "发往 {model} 的请求必须使用新名称。",
    "model-file": "{model} 的文件也必须使用新名称。",
  },
);
