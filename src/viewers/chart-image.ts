const PADDING = 16;
const TITLE = 20;
const LEGEND = 22;

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
  const height = charts.reduce((sum, chart) => sum + TITLE + chart.height + LEGEND + PADDING, 0) + lines.length * 17 + 2 * PADDING;
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
  for (const { figure, drawn, width, height: tall } of charts) {
    write(figure.dataset["chart"] ?? "", PADDING, y, 13, "--conch-text", "600");
    context.drawImage(drawn, PADDING, y + TITLE, width, tall);
    let x = PADDING;
    for (const item of figure.querySelectorAll<HTMLElement>("[data-series]")) {
      const mark = drawMark(context, item.dataset, color(item.dataset["color"] ?? ""), x, y + TITLE + tall + 4);
      x += mark + write(item.dataset["series"] ?? "", x + mark, y + TITLE + tall + 3, 12, "--conch-text") + 16;
    }
    y += TITLE + tall + LEGEND + PADDING;
  }
  for (const line of lines) {
    write(line, PADDING, y, 12, "--conch-text-dimmed");
    y += 17;
  }
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error("the browser made no picture")) : resolve(blob)), "image/png"));
}

/** The mark of a series in a legend, and the width that it takes: a piece of a line with its dashes, or a square. */
function drawMark(context: CanvasRenderingContext2D, { dashes, faint }: DOMStringMap, color: string, x: number, y: number): number {
  if (dashes !== undefined) {
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.setLineDash(dashes.split(" ").filter((part) => part !== "").map(Number));
    context.beginPath();
    context.moveTo(x, y + 5);
    context.lineTo(x + 24, y + 5);
    context.stroke();
    return 28;
  }
  context.globalAlpha = faint === undefined ? 1 : 0.4;
  context.fillStyle = color;
  context.fillRect(x, y, 10, 10);
  context.globalAlpha = 1;
  return 14;
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
