import type { DataType } from "../../tensor/data-type.ts";
import type { ViewedTensor } from "../viewer.ts";

/** An element of TYPE_STRING to be read. */
export interface TextElement {
  /** The text, or the bytes as hexadecimal pairs where they are no UTF-8. */
  readonly text: string;
  readonly isText: boolean;
  /** Bytes that `text` leaves out. */
  readonly more: number;
}

/** Bytes of an element that are shown. */
const MOST_TEXT = 20_000;
const MOST_HEX = 512;

/** An element as text; as hexadecimal pairs where its bytes are no UTF-8, or hold a NUL as binary files do. */
export function textElement(bytes: Uint8Array): TextElement {
  const head = bytes.subarray(0, MOST_TEXT);
  try {
    if (bytes.includes(0)) throw new TypeError("binary");
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // The cut may go through a character, whose rest is left out.
    const whole = head.length === bytes.length ? head : head.subarray(0, lastBoundary(head));
    return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole), isText: true, more: bytes.length - whole.length };
  } catch {
    const shown = bytes.subarray(0, MOST_HEX);
    return { text: [...shown].map((byte) => byte.toString(16).padStart(2, "0")).join(" "), isText: false, more: bytes.length - shown.length };
  }
}

/** Where the last character that may be incomplete begins. */
function lastBoundary(bytes: Uint8Array): number {
  let at = bytes.length;
  while (at > 0 && ((bytes[at - 1] as number) & 0xc0) === 0x80) at--;
  return Math.max(0, at - 1);
}

const FLOATS: readonly DataType[] = ["TYPE_FP16", "TYPE_BF16", "TYPE_FP32", "TYPE_FP64"];

/** The tensors that hold one number for each text. */
export function scoresOfTexts(tensor: ViewedTensor, companions: readonly ViewedTensor[]): readonly ViewedTensor[] {
  return companions.filter(({ name, summary }) => name !== tensor.name && FLOATS.includes(summary.dataType) && summary.count === tensor.summary.count);
}

/** Whether the viewer can show a tensor: texts that are no encoded pictures, or numbers that were given for such texts, one for each. */
export function acceptsText(tensor: ViewedTensor, companions: readonly ViewedTensor[]): boolean {
  return textsOf(tensor, companions) !== undefined;
}

/** The tensor where it holds texts; where it holds floats, the companion that has a text for each. */
export function textsOf(tensor: ViewedTensor, companions: readonly ViewedTensor[]): ViewedTensor | undefined {
  const { dataType, count } = tensor.summary;
  if (dataType === "TYPE_STRING") return holdsTexts(tensor) ? tensor : undefined;
  return FLOATS.includes(dataType) && tensor.isInput !== true ? companions.find((other) => holdsTexts(other) && other.summary.count === count) : undefined;
}

function holdsTexts({ summary: { dataType, count, picture } }: ViewedTensor): boolean {
  return dataType === "TYPE_STRING" && count > 0 && picture === undefined;
}
