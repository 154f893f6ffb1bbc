/** Bytes in binary units with three figures: "0 B", "1.50 KiB", "12.3 MiB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : threeFigures(value)} ${units[unit]}`;
}

/** A duration of milliseconds with three figures: "0.42 ms", "12.3 ms", "1.23 s", "2 min 5 s". */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 999.5) return `${threeFigures(milliseconds)} ms`;
  if (milliseconds < 59_995) return `${threeFigures(milliseconds / 1000)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Dims as Triton's configurations write them: "[1, 96, -1]". */
export function formatShape(dims: readonly number[]): string {
  return `[${dims.join(", ")}]`;
}

function threeFigures(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** A moment in the reader's language and time zone, to the minute: "Mar 5, 2026, 2:05 PM". */
export function formatTime(milliseconds: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(milliseconds);
}
