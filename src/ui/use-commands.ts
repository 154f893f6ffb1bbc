import { useEffect } from "react";
import type { Command } from "../state/commands.ts";
import { useApp } from "./app-context.ts";

/** Has the window know these commands while the component is there. Give the same array as long as they are the same. */
export function useCommands(commands: readonly Command[]): void {
  const { commands: store } = useApp();
  useEffect(() => store.getState().register(commands), [store, commands]);
}
