import type { Plugin } from "vite";
import type { SampleIndex } from "../listing.ts";

export function sampleIndex(): Plugin;
export function readSampleIndex(publicFolder: string): Promise<SampleIndex>;
