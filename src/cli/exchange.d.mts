import type { Handler } from "../server/listen.mjs";

export interface Exchange {
  readonly outputUrl: string;
  readonly written: ReadonlyMap<string, string>;
  offer(file: string): { name: string; url: string };
  readonly route: Handler;
}

export function createExchange(folder: string): Exchange;
export function fileName(output: string, taken?: ReadonlySet<string>): string;
