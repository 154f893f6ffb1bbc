/** Where a message keeps its 64-bit integers that a number cannot hold. A symbol: it goes along with a copy, and no loop over fields meets it. */
const EXACT = Symbol("exact");

type Exact = Readonly<Record<string, readonly bigint[]>>;

/** True for an integer that a number holds only rounded. */
function isRounded(value: bigint): boolean {
  return (value > 0x1f_ffff_ffff_ffffn || value < -0x1f_ffff_ffff_ffffn) && BigInt(Number(value)) !== value;
}

/** Keeps the integers of a field (one, or a list's elements) beside the numbers that stand for them, where those are rounded. */
export function keepExact(message: object, field: string, values: readonly bigint[]): void {
  if (!values.some(isRounded)) return;
  const kept = (message as { [EXACT]?: Exact })[EXACT];
  (message as { [EXACT]?: Exact })[EXACT] = { ...kept, [field]: values };
}

/**
 * The whole value of the 64-bit integer that `number` stands for in a decoded message: in `field`, or as its element `index`. The number
 * itself where nothing better is known, and where it was changed since it was decoded.
 */
export function exactInteger(message: object, field: string, number: number, index = 0): bigint {
  const value = (message as { [EXACT]?: Exact })[EXACT]?.[field]?.[index];
  return value !== undefined && Number(value) === number ? value : BigInt(number);
}
