/** Launch arguments of every Chromium that Conch starts itself. */
export const CHROMIUM_WEBGPU_ARGUMENTS: readonly string[];
/** The Chromium to drive: CONCH_CHROMIUM, else one of the system's, else undefined. */
export function findChromium(): string | undefined;
