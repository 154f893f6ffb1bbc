/** The pure code that lint and config are made of: its TypeScript, built to one file in `cache` whenever it has changed. Throws CommandError. */
export function loadCore(cache?: string): Promise<typeof import("./lint/entry.ts")>;
