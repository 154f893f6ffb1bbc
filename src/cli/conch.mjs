#!/usr/bin/env node
import process from "node:process";
import { UsageError } from "./usage.mjs";

const COMMANDS = { run: () => import("./run.mjs"), bench: () => import("./bench.mjs"), lint: () => import("./lint.mjs"), config: () => import("./config.mjs"), serve: () => import("./serve.mjs") };

process.exitCode = (await main(process.argv.slice(2))) ?? process.exitCode ?? 0;

async function main([name, ...args]) {
  const wantsHelp = name === undefined || name === "help" || name === "--help" || name === "-h";
  if (wantsHelp && Object.hasOwn(COMMANDS, args[0] ?? "")) return help(args[0]);
  if (wantsHelp) {
    process[name === undefined ? "stderr" : "stdout"].write(await overview());
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) return usage(`there is no command "${name}"`, "help");
  if (args.includes("--help") || args.includes("-h")) return help(name);
  const command = await COMMANDS[name]();
  try {
    await command.main(args);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return usage(error.message, `help ${name}`);
    if (args.includes("--json")) {
      const { code = "INTERNAL", message, data = {} } = error;
      process.stdout.write(`${JSON.stringify({ error: { code, message, data } }, undefined, 2)}\n`);
    }
    process.stderr.write(`conch: ${error.code === undefined ? error.stack : `${error.message} [${error.code}]`}\n`);
    return command.FAILURE ?? 1;
  }
}

async function overview() {
  const lines = await Promise.all(Object.entries(COMMANDS).map(async ([name, load]) => `  ${name.padEnd(6)} ${(await load()).SUMMARY}`));
  return `Usage: conch COMMAND\n\n${lines.join("\n")}\n  help   how a command is used: conch help run\n\nIn a checkout: npm run conch -- COMMAND, or npx conch COMMAND\n`;
}

async function help(name) {
  process.stdout.write((await COMMANDS[name]()).HELP);
  return 0;
}

function usage(message, hint) {
  process.stderr.write(`conch: ${message}\nSee: conch ${hint}\n`);
  return 2;
}
