/** How an answer may be packed. */
export type ContentCoding = "gzip" | "deflate" | "identity";

const KNOWN: readonly ContentCoding[] = ["gzip", "deflate", "identity"];

/**
 * The coding of an answer by the client's Accept-Encoding, as Triton reads it: the one of highest weight, of equal ones the first. It knows no
 * spaces around a weight, and no "*".
 */
export function acceptedCoding(accept: string | undefined): ContentCoding {
  let best: { coding: ContentCoding; weight: number } = { coding: "identity", weight: 0 };
  for (const item of (accept ?? "").split(",")) {
    const [name = "", weight, ...more] = item.trim().split(";");
    const coding = KNOWN.find((each) => each === name);
    const factor = weight === undefined ? 1 : /^q=(\d+(?:\.\d*)?)$/.exec(weight)?.[1];
    if (coding === undefined || factor === undefined || more.length > 0) continue;
    if (Number(factor) > best.weight) best = { coding, weight: Number(factor) };
  }
  return best.coding;
}
