const PADDING = 16;
const TITLE = 20;
const LEGEND = 22;
const GAP = 16;

/**
 * The charts below an element as one picture, one under the other with their titles and legends, and the caption's lines at the end. In the colours
 * of the theme as it is. Rejects where the browser makes no picture.
 */
export async function chartImage(root: HTMLElement, caption: readonly string[]): Promise<Blob> {
  const style = getComputedStyle(root);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const charts = [...root.querySelectorAll<HTMLElement>("[data-chart]")].flatMap((figure) => {
    const drawn = figure.querySelector("canvas");
    return drawn === null ? [] : [{ figure, drawn, width: drawn.clientWidth, height: drawn.clientHeight }];
  });
  // As the charts are drawn, so that none is blurred.
  const scale = devicePixelRatio;
  const font = (size: number, weight = ""): string => `${weight} ${size}px ${style.fontFamily}`.trim();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2D context");
  const chartsWidth = Math.max(480, ...charts.map(({ width }) => width));
  context.font = font(12);
  const lines = caption.flatMap((line) => wrapped(line, chartsWidth, (text) => context.measureText(text).width));
  const legends = charts.map(({ figure }) => legendRows([...figure.querySelectorAll<HTMLElement>("[data-series]")], chartsWidth, (text) => context.measureText(text).width));
  const height = charts.reduce((sum, chart, at) => sum + TITLE + chart.height + legends[at]!.length * LEGEND + PADDING, 0) + lines.length * 17 + 2 * PADDING;
  canvas.width = (chartsWidth + 2 * PADDING) * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  context.fillStyle = color("--conch-pane");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "top";
  let y = PADDING;
  const write = (text: string, x: number, at: number, size: number, name: string, weight?: string): number => {
    context.font = font(size, weight);
    context.fillStyle = color(name);
    context.fillText(text, x, at);
    return context.measureText(text).width;
  };
  for (const [at, { figure, drawn, width, height: tall }] of charts.entries()) {
    write(figure.dataset["chart"] ?? "", PADDING, y, 13, "--conch-text", "600");
    context.drawImage(drawn, PADDING, y + TITLE, width, tall);
    y += TITLE + tall;
    for (const row of legends[at]!) {
      let x = PADDING;
      for (const { dataset } of row) {
        drawMark(context, dataset, color(dataset["color"] ?? ""), x, y + 4);
        x += markWidth(dataset) + write(dataset["series"] ?? "", x + markWidth(dataset), y + 3, 12, "--conch-text") + GAP;
      }
      y += LEGEND;
    }
    y += PADDING;
  }
  for (const line of lines) {
    write(line, PADDING, y, 12, "--conch-text-dimmed");
    y += 17;
  }
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error("the browser made no picture")) : resolve(blob)), "image/png"));
}

/** The series of a legend in rows of at most `width`. */
function legendRows(items: readonly HTMLElement[], width: number, measure: (text: string) => number): HTMLElement[][] {
  const rows: HTMLElement[][] = [];
  let left = 0;
  for (const item of items) {
    const needed = markWidth(item.dataset) + measure(item.dataset["series"] ?? "");
    if (rows.length === 0 || needed > left) {
      rows.push([]);
      left = width;
    }
    rows.at(-1)!.push(item);
    left -= needed + GAP;
  }
  return rows;
}

/** Width of the mark of a series in a legend, with the room behind it. */
function markWidth({ dashes }: DOMStringMap): number {
  return dashes === undefined ? 14 : 28;
}

/** The mark of a series: a piece of a line with its dashes, or a square. */
function drawMark(context: CanvasRenderingContext2D, { dashes, faint }: DOMStringMap, color: string, x: number, y: number): void {
  if (dashes !== undefined) {
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.setLineDash(dashes.split(" ").filter((part) => part !== "").map(Number));
    context.beginPath();
    context.moveTo(x, y + 5);
    context.lineTo(x + 24, y + 5);
    context.stroke();
    return;
  }
  context.globalAlpha = faint === undefined ? 1 : 0.4;
  context.fillStyle = color;
  context.fillRect(x, y, 10, 10);
  context.globalAlpha = 1;
}

/** A line in pieces of at most `width`, broken at spaces. */
function wrapped(line: string, width: number, measure: (text: string) => number): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const word of line.split(" ")) {
    const longer = piece === "" ? word : `${piece} ${word}`;
    if (piece !== "" && measure(longer) > width) {
      pieces.push(piece);
      piece = word;
    } else piece = longer;
  }
  return [...pieces, piece];
}
