import type { Plugin } from "vite";

export function thirdPartyNotices(): { page: Plugin; worker(): Plugin };
export function packageFolder(id: string): string | undefined;
