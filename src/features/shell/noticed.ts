import { createStore } from "zustand/vanilla";

/** Whether there was a notice yet. */
export const noticed = createStore(() => false);
