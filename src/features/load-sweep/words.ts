import type { LoadLevel, LoadResult, LoadSide, LoadSweep } from "../../state/load-sweep.ts";
import { loadSweepMessages } from "../../ui/catalogue/load-sweep.messages.ts";
import type { Translate } from "../../ui/catalogue/section.ts";
import { formatMilliseconds } from "../../ui/format.ts";
import { machineText } from "../../ui/machine-text.ts";
import type { TextTable } from "../../ui/text-table.ts";

/** The texts of this feature in the reader's language. */
export type Words = Translate<keyof typeof loadSweepMessages.en>;

/** What a side is called. */
export function sideText({ server }: LoadSide, t: Words): string {
  return server === null ? t("here") : server.name;
}

/** What was measured on what, line by line: the browser's machine, and each server with what it says of itself. */
export function captionLines({ model, machine, results, protocol }: LoadSweep, t: Words): string[] {
  const servers = results.flatMap(({ side: { server } }) => (server === null ? [] : [server.product === null ? t("serverUnknown", { name: server.name }) : t("server", { name: server.name, product: server.product })]));
  return [t("caption", { model, machine: machineText(machine, t) }), ...servers, t("protocol", { requests: protocol.requests, warmup: protocol.warmup })];
}

/** Every level, side by side. */
export function levelTable(sweep: LoadSweep, t: Words): TextTable {
  const rows = sweep.results.flatMap(({ side, levels }, at) => levels.map((level) => ({ side, at, level })));
  rows.sort((a, b) => a.level.batch - b.level.batch || a.level.concurrency - b.level.concurrency || a.at - b.at);
  return {
    head: (["batch", "concurrency", "side", "p50", "p95", "p99", "throughput", "answered", "errors"] as const).map((key) => t(key)),
    names: 3,
    rows: rows.map(({ side, level }) => ({
      key: `${level.batch} ${level.concurrency} ${side.key}`,
      cells: [String(level.batch), String(level.concurrency), sideText(side, t), time(level.p50), time(level.p95), time(level.p99), rateText(level.throughput), String(level.requests), errorsText(level)],
    })),
  };
}

/** Why each side was measured no further. */
export function stopTexts(results: readonly LoadResult[], t: Words): string[] {
  return results.flatMap(({ side, stop }) => {
    if (stop === null) return [];
    const { reason, batch, concurrency, code, message } = stop;
    const coded = code === null || reason === "cancelled" ? message : `${message} [${code}]`;
    return [t(`stop-${reason}`, { side: sideText(side, t), batch, concurrency, message: coded })];
  });
}

function time(value: number | null): string {
  return value === null ? "–" : formatMilliseconds(value);
}

/** Per second, with three figures. */
function rateText(perSecond: number): string {
  return perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toPrecision(3);
}

function errorsText({ errors }: LoadLevel): string {
  if (errors.length === 0) return "0";
  return errors.map(({ code, status, count }) => `${count} × ${status === null ? code : `${code} ${status}`}`).join(", ");
}
