/** The pure code that lint and config are made of: its TypeScript, built to one file in `cache` whenever it has changed. Throws CommandError. */
export function loadCore(cache?: string): Promise<typeof import("./lint/entry.ts")>;

/** The code that serve is made of, models and all, built in the same way. Throws CommandError. */
export function loadServer(cache?: string): Promise<typeof import("./serve/entry.ts")>;
