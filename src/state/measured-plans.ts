import type { Plan } from "../plan/plan.ts";
import { MeasuringStop } from "./measuring-stop.ts";
import type { PrepareOptions } from "./preparing.ts";
import type { SessionStore } from "./session.ts";

/** Plans of runs that are measured against one another: all of one state of the repository, and none for which memory would not do. */
export class MeasuredPlans {
  readonly #session: SessionStore;
  #contents: string | undefined;

  constructor(session: SessionStore) {
    this.#session = session;
  }

  /** Hands the worker what a run needs and plans it. Throws {@link MeasuringStop} for an edit and for memory, else as `SessionStore.prepare`. */
  async prepare(model: string, options: PrepareOptions): Promise<Plan> {
    const { plan, models } = await this.#session.prepare(model, options);
    const contents = [...models].map(([name, { contentKey }]) => `${name} ${contentKey}`).join();
    this.#contents ??= contents;
    if (contents !== this.#contents) {
      throw new MeasuringStop("edited", null, "The repository was edited meanwhile: what was measured before and after cannot be compared");
    }
    const warning = plan.warnings.find(({ code }) => code === "OVER_DEVICE_LIMIT" || code === "OVER_WASM_MEMORY");
    if (warning !== undefined) throw new MeasuringStop("memory", warning.code === "OVER_DEVICE_LIMIT" ? "DEVICE_LIMIT" : warning.code, warning.message);
    return plan;
  }
}
