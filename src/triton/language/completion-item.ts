/** What a suggestion is, for its mark in the list. */
export type CompletionKind = "field" | "block" | "value" | "model" | "tensor" | "file";

/** One suggestion. */
export interface CompletionItem {
  /** What the list shows, and what typing filters by. */
  readonly label: string;
  readonly kind: CompletionKind;
  /** Other words by which it is found: "float32" finds TYPE_FP32. */
  readonly alias?: string;
  /** Type, shape or origin, in a few characters. */
  readonly detail?: string;
  /** Help in a sentence. */
  readonly info?: string;
  /** What takes the place of the range. */
  readonly insert: string;
  /** `insert` is a template with places to fill in: see blocks.ts. */
  readonly template?: true;
  /** What belongs behind it can be completed at once. */
  readonly again?: true;
}
