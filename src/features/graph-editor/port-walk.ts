/**
 * Moves the focus from a port to another: up and down within the node's column, across to the other end of its wire.
 * False where the key is none of these or leads nowhere. Ports carry data-port, the ends of a wire the same data-tensor.
 */
export function walkPorts(port: HTMLElement, key: string): boolean {
  const next = target(port, key);
  next?.focus();
  return next !== undefined;
}

function target(port: HTMLElement, key: string): HTMLElement | undefined {
  const node = port.closest<HTMLElement>(".react-flow__node");
  const side = sideOf(port);
  if (node === null) return undefined;
  if (key === "ArrowUp" || key === "ArrowDown") {
    const column = ports(node).filter((each) => sideOf(each) === side);
    return column[column.indexOf(port) + (key === "ArrowDown" ? 1 : -1)];
  }
  if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
  const outward = (key === "ArrowRight") === (side === "out");
  if (!outward) return ports(node).find((each) => sideOf(each) !== side);
  const canvas = node.closest<HTMLElement>(".react-flow");
  const tensor = port.dataset["tensor"];
  if (canvas === null || tensor === undefined) return undefined;
  return ports(canvas).find((each) => each.dataset["tensor"] === tensor && sideOf(each) !== side && !node.contains(each));
}

function ports(within: HTMLElement): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>("[data-port]")];
}

function sideOf(port: HTMLElement): string | undefined {
  return port.parentElement?.dataset["side"];
}
