/** Dims as they are typed: "-1, 3, 224", brackets or not. Undefined where one of them is none: dims are -1, or 1 and more. */
export function parseDims(text: string): readonly number[] | undefined {
  const parts = text.trim().replace(/^\[(.*)\]$/, "$1").split(/[\s,]+/).filter((part) => part !== "");
  const dims = parts.map((part) => (/^-?\d+$/.test(part) ? Number(part) : Number.NaN));
  return dims.length > 0 && dims.every((dim) => dim === -1 || (dim >= 1 && Number.isSafeInteger(dim))) ? dims : undefined;
}
