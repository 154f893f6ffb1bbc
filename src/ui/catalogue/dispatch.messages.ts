import { section } from "./section.ts";

/** Running here, on a server, or both. */
export const dispatchMessages = section(
  {
    where: "Where",
    runOn: "Run on",
    runModelOn: "Run {model} on",
    browser: "This browser",
    server: "Server {name}",
    whole: "Server {name}, as a whole",
    steps: "Mixed: each step as chosen for its model",
    stepsHint: "To send single steps to a server, choose “Run on” in the inspector of a step.",
    reuse: "Use a server's results again while model and inputs stay the same",
    traffic: "{sent} go to servers, {received} come back",
    trafficAtLeast: "{sent} or more go to servers, {received} or more come back",
    stranded: "Cannot run here: {models}.",
    strandedHint: "A server that has the model can run it.",
    runStrandedOn: "Run on {name}",
    connect: "Connect a server …",
  },
  {
    where: "位置",
    runOn: "运行于",
    runModelOn: "{model} 运行于",
    browser: "此浏览器",
    server: "服务器 {name}",
    whole: "服务器 {name}（整体）",
    steps: "混合：每个步骤按其模型的选择",
    stepsHint: "要将单个步骤发送到服务器，请在该步骤的检查器中选择“运行于”。",
    reuse: "模型与输入不变时重复使用服务器的结果",
    traffic: "发往服务器 {sent}，收回 {received}",
    trafficAtLeast: "发往服务器至少 {sent}，收回至少 {received}",
    stranded: "无法在此运行：{models}。",
    strandedHint: "拥有该模型的服务器可以运行。",
    runStrandedOn: "在 {name} 上运行",
    connect: "连接服务器…",
  },
);
