// Measurements as text.

/** What was measured on, in a few lines. */
export function heading({ date, browser, node, processor, usableCores, adapter, software, cores, isolated, wasmThreads }) {
  const lines = [
    `Conch benchmarks, ${date}`,
    `${browser}, Node ${node}, ${usableCores} cores${processor === "" ? "" : ` (${processor})`}; the page sees ${cores}, ${wasmThreads} WASM thread${wasmThreads === 1 ? "" : "s"}${isolated ? "" : ", not isolated"}`,
    adapter === null ? "No WebGPU adapter." : `WebGPU adapter: ${adapter}`,
  ];
  if (software) lines.push("SOFTWARE ADAPTER: a CPU standing in for a GPU. Its times say nothing about GPUs; counts of maps and bytes hold.");
  return `${lines.join("\n")}\n`;
}

/** A table with its title and notes. */
export function tableText({ title, columns, rows, notes }) {
  const text = [columns, ...rows.map((row) => row.map(cellText))];
  const width = columns.map((_, column) => Math.max(...text.map((row) => row[column].length)));
  const numeric = columns.map((_, column) => rows.every((row) => typeof row[column] !== "string" || row[column].endsWith("×")));
  const lines = text.map((row) => row.map((cell, column) => (numeric[column] ? cell.padStart(width[column]) : cell.padEnd(width[column]))).join("  ").trimEnd());
  if (lines.length > 0 && columns.length > 0) lines.splice(1, 0, width.map((length) => "-".repeat(length)).join("  "));
  return `\n${[title, "", ...(columns.length > 0 ? lines : []), ...notes.map((note) => `· ${note}`)].join("\n")}\n`;
}

function cellText(cell) {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "string") return cell;
  if (Number.isInteger(cell) || Math.abs(cell) >= 100) return cell.toFixed(0);
  return cell.toFixed(Math.abs(cell) >= 10 ? 1 : Math.abs(cell) >= 0.1 ? 2 : 3);
}
