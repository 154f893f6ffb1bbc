import { section } from "./section.ts";

/** Lists that are shown in parts. */
export const longListMessages = section({ more: "Show {count} more" }, { more: "再显示 {count} 项" });
