import type { Reporter } from "../ensemble/reporter.ts";
import type { ModelQueuePolicy } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";

const FIELD = "dynamic_batching";

/** What Triton checks of the dynamic batcher's settings. Priorities are looked at only where there are levels. */
export function dynamicBatchingFindings(reporter: Reporter): void {
  const { name, max_batch_size, dynamic_batching: batching } = reporter.config;
  if (batching === undefined) return;
  const refuse = (code: string, message: string, path: Path, hint: string): void => reporter.add(code, `${message} for ${name}`, [FIELD, ...path], { hint });
  for (const [index, size] of batching.preferred_batch_size.entries()) {
    const path: Path = ["preferred_batch_size", index];
    if (size <= 0) refuse("BATCHING_PREFERRED_SIZE", "dynamic batching preferred size must be positive", path, "Write a size of at least 1.");
    else if (size > max_batch_size) {
      const hint = max_batch_size === 0 ? "Set max_batch_size: without it the model has no batches." : `max_batch_size is ${max_batch_size}.`;
      refuse("BATCHING_PREFERRED_SIZE", "dynamic batching preferred size must be <= max batch size", path, hint);
    }
  }
  const levels = batching.priority_levels;
  const outside = (level: number): boolean => level < 1 || level > levels;
  const policies = Object.entries(batching.priority_queue_policy);
  if (levels !== 0) {
    if (outside(batching.default_priority_level)) {
      refuse("BATCHING_PRIORITY", `default priority level must be in range [1, ${levels}]`, ["default_priority_level"], "Set default_priority_level to one of the levels.");
    }
    for (const [level] of policies) {
      if (!outside(Number(level))) continue;
      const message = `priority queue policy must have priority level in range [1, ${levels}]`;
      refuse("BATCHING_PRIORITY", message, ["priority_queue_policy", level], "Use one of the levels as the key.");
    }
  }
  if (!batching.preserve_ordering) return;
  if (levels > 1) {
    refuse("BATCHING_ORDER", "Only one priority level is allowed when 'preserve_ordering' is true", ["preserve_ordering"], "Remove preserve_ordering or the priorities.");
  }
  const delays = (policy: ModelQueuePolicy | undefined): boolean => policy !== undefined && policy.default_timeout_microseconds !== 0 && policy.timeout_action === "DELAY";
  const delay = (path: Path): void =>
    refuse("BATCHING_ORDER", "Queue policy can not have DELAY as timeout action when 'preserve_ordering' is true", path, "Write timeout_action: REJECT.");
  if (delays(batching.default_queue_policy)) delay(["default_queue_policy", "timeout_action"]);
  for (const [level, policy] of policies) if (delays(policy)) delay(["priority_queue_policy", level, "timeout_action"]);
}
