import { section } from "./section.ts";

/** What was opened. */
export const reportMessages = section(
  {
    title: "What was opened",
    taken: "Files taken: {count} ({bytes}).",
    root: "The models lie in {root}.",
    nothingLeftOut: "Nothing was left out.",
    more: "and {count} more",
    renamed: "placed",
    skipped: "left out",
    input: "input",
  },
  {
    title: "打开的内容",
    taken: "已采用 {count} 个文件，共 {bytes}。",
    root: "模型位于 {root}。",
    nothingLeftOut: "没有遗漏任何文件。",
    more: "另有 {count} 项",
    renamed: "已归位",
    skipped: "未采用",
    input: "输入",
  },
);

/** Why a file was not simply taken: the keys of ENTRY_REASONS. */
export const reasonMessages = section(
  {
    "hidden": "Files of the operating system, of version control and of caches are left out",
    "unsafe-path": "The path leaves the repository or has characters that no file system allows",
    "duplicate": "Another file of the same path was taken",
    "link": "Symbolic links are not followed",
    "outside": "The file lies outside the folder that holds the models",
    "other-repository": "The file belongs to a model of another repository: open that one by itself",
    "loose-model": "A model file alone becomes version 1 of a model named after it",
    "loose-companion": "The file belongs to the only model that was opened with it",
    "model-folder": "The opened folder is a single model, so it becomes a repository of one",
    "input-file": "The file can be an input of a model",
    "unknown": "The file is no part of a model repository",
    "too-many": "The folder holds more files than Conch opens",
    "too-deep": "The folder lies deeper than any file of a model repository",
    "unreadable": "The browser cannot read it",
    "not-kept": "The browser did not keep it: the window closed while it was being copied, or there was no room",
  },
  {
    "hidden": "操作系统、版本控制和缓存的文件不予采用",
    "unsafe-path": "路径超出仓库范围，或含有文件系统不允许的字符",
    "duplicate": "已采用同一路径的另一个文件",
    "link": "不跟随符号链接",
    "outside": "文件位于存放模型的文件夹之外",
    "other-repository": "该文件属于另一个仓库的模型：请单独打开那个仓库",
    "loose-model": "单独的模型文件成为同名模型的版本 1",
    "loose-companion": "该文件属于与它一同打开的唯一模型",
    "model-folder": "打开的文件夹是单个模型，因此成为只含该模型的仓库",
    "input-file": "该文件可以作为模型的输入",
    "unknown": "该文件不属于模型仓库",
    "too-many": "文件夹中的文件数超出 Conch 可打开的上限",
    "too-deep": "文件夹层级比模型仓库中的任何文件都深",
    "unreadable": "浏览器无法读取",
    "not-kept": "浏览器未能保存：复制过程中窗口被关闭，或空间不足",
  },
);
