import { section } from "./section.ts";

/** The viewer of class scores. */
export const scoresViewerMessages = section(
  {
    list: "Largest scores of {name}",
    count: "Largest",
    of: "of {classes} classes",
    class: "Class {index}",
    softmax: "As probabilities (softmax)",
    loading: "Copying scores out of the worker…",
    failed: "The scores cannot be read: {reason}",
    retry: "Try again",
  },
  {
    list: "{name} 的最高分数",
    count: "最高",
    of: "共 {classes} 个类别",
    class: "类别 {index}",
    softmax: "显示为概率（softmax）",
    loading: "正在从 worker 复制分数…",
    failed: "无法读取分数：{reason}",
    retry: "重试",
  },
);
