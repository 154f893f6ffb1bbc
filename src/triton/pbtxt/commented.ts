import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

/** A comment on a line of its own, `#` included, without white space at its end. */
export interface CommentLine {
  readonly kind: "comment";
  readonly text: string;
  /** A blank line stands before it. */
  readonly blank: boolean;
}

/** `name: value`, `name { … }` or `name [ … ]`. */
export interface CommentedField {
  readonly kind: "field";
  readonly name: string;
  readonly value: CommentedValue;
  /** The one `,` or `;` behind it, or "". */
  readonly separator: string;
  readonly blank: boolean;
  /** Comment on its last line. */
  readonly trailing?: string;
}

/** One element of a list. */
export interface CommentedElement {
  readonly kind: "element";
  readonly value: CommentedValue;
  readonly blank: boolean;
  readonly trailing?: string;
}

/** A block between delimiters. */
export interface Block<Item> {
  readonly items: readonly (Item | CommentLine)[];
  /** Comment on the line of the opening delimiter. */
  readonly opening?: string;
  /** Without a line end inside. */
  readonly oneLine: boolean;
}

/** A scalar is its tokens; adjacent string literals may stand on several lines, with comments. */
export type CommentedValue =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "strings"; readonly block: Block<CommentedElement> }
  | { readonly kind: "message"; readonly block: Block<CommentedField> }
  | { readonly kind: "list"; readonly block: Block<CommentedElement> };

/** No configuration nests deeper. */
const DEEPEST = 200;

const code = (character: string): number => character.charCodeAt(0);
const OPENERS: ReadonlyMap<number, number> = new Map([
  [code("{"), code("}")],
  [code("<"), code(">")],
]);

/** A comment between two tokens. */
interface GapComment {
  readonly text: string;
  readonly ownLine: boolean;
  readonly blank: boolean;
}

/** Signals that the text is not one that can be laid out anew. */
class Malformed extends Error {}

/**
 * What a text says, field by field, with its comments and blank lines; nothing is decoded and no schema needed. Undefined for a text that
 * is no text format at all. A comment in the middle of a field, before its value, comes before the field.
 */
export function readCommented(text: string): Block<CommentedField> | undefined {
  try {
    return readBlocks(text);
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    throw thrown;
  }
}

function readBlocks(text: string): Block<CommentedField> {
  const tokens = createTokenizer(text, () => {
    throw new Malformed();
  });
  let depth = 0;
  let gap = readGap(text, tokens);

  function next(): void {
    tokens.next();
    gap = readGap(text, tokens);
  }
  function expect(accepted: boolean): void {
    if (!accepted) throw new Malformed();
  }
  const looking = (symbol: string): boolean => tokens.symbol === code(symbol);

  /** Takes the comments before the current token: one on the line of what came before, the others as lines. */
  function takeComments(items: { push(line: CommentLine): unknown }, ownLine = false): string | undefined {
    const [first] = gap.comments;
    const trailing = first !== undefined && !first.ownLine && !ownLine ? first.text : undefined;
    for (const comment of gap.comments.slice(trailing === undefined ? 0 : 1)) items.push({ kind: "comment", text: comment.text, blank: comment.blank });
    gap = { ...gap, comments: [] };
    return trailing;
  }

  function readBody(close: number | undefined): (CommentedField | CommentLine)[] {
    const items: (CommentedField | CommentLine)[] = [];
    takeComments(items, true);
    while (tokens.type !== "end" && tokens.symbol !== close) {
      const lines: CommentLine[] = [];
      const { blank } = gap;
      const field = readField(lines);
      // What stood inside the field goes before it, and the blank line before that.
      items.push(...lines.map((line, index) => ({ ...line, blank: index === 0 && blank })));
      const following: CommentLine[] = [];
      const trailing = takeComments(following);
      const after = separator();
      const later = after === "" ? undefined : takeComments(following);
      if (trailing !== undefined && later !== undefined) following.unshift({ kind: "comment", text: later, blank: false });
      const comment = trailing ?? later;
      items.push({ ...field, separator: after, blank: blank && lines.length === 0, ...(comment === undefined ? {} : { trailing: comment }) }, ...following);
    }
    return items;
  }

  function separator(): string {
    const found = looking(",") ? "," : looking(";") ? ";" : "";
    if (found !== "") next();
    return found;
  }

  function readField(lines: CommentLine[]): Pick<CommentedField, "kind" | "name" | "value"> {
    expect(tokens.type === "identifier");
    const name = tokens.word();
    next();
    takeComments(lines, true);
    const colon = looking(":");
    if (colon) {
      next();
      takeComments(lines, true);
    }
    const value = readValue(lines);
    const scalars = value.kind === "list" && value.block.items.some((item) => item.kind === "element" && item.value.kind !== "message");
    expect(colon || value.kind === "message" || (value.kind === "list" && !scalars));
    return { kind: "field", name, value };
  }

  function readValue(lines: CommentLine[]): CommentedValue {
    const close = OPENERS.get(tokens.symbol);
    if (close !== undefined) return { kind: "message", block: enclosed(close, () => readBody(close)) };
    if (looking("[")) return { kind: "list", block: enclosed(code("]"), readElements) };
    if (tokens.type === "string") return readStrings();
    const minus = looking("-");
    if (minus) {
      next();
      takeComments(lines, true);
    }
    expect(tokens.type === "identifier" || tokens.type === "integer" || tokens.type === "float");
    const text = (minus ? "-" : "") + tokens.word();
    next();
    return { kind: "scalar", text };
  }

  function enclosed<Item>(close: number, read: () => (Item | CommentLine)[]): Block<Item> {
    const { from } = tokens;
    expect(++depth <= DEEPEST);
    next();
    const before: CommentLine[] = [];
    const opening = takeComments(before);
    const items = [...before, ...read()];
    depth--;
    expect(tokens.symbol === close);
    const oneLine = !text.slice(from, tokens.to).includes("\n");
    next();
    return { items, oneLine, ...(opening === undefined ? {} : { opening }) };
  }

  function readElements(): (CommentedElement | CommentLine)[] {
    const items: (CommentedElement | CommentLine)[] = [];
    while (!looking("]")) {
      const { blank } = gap;
      const value = readValue(items as CommentLine[]);
      const following: CommentLine[] = [];
      const trailing = takeComments(following);
      let later: string | undefined;
      if (!looking("]")) {
        expect(looking(","));
        next();
        expect(!looking("]"));
        later = takeComments(following);
      }
      if (trailing !== undefined && later !== undefined) following.unshift({ kind: "comment", text: later, blank: false });
      const comment = trailing ?? later;
      items.push({ kind: "element", value, blank, ...(comment === undefined ? {} : { trailing: comment }) }, ...following);
    }
    return items;
  }

  function readStrings(): CommentedValue {
    const { from } = tokens;
    const items: (CommentedElement | CommentLine)[] = [];
    for (;;) {
      const literal = text.slice(tokens.from, tokens.to);
      const end = tokens.to;
      next();
      if (tokens.type !== "string") {
        // Comments behind the last one belong to the field.
        items.push({ kind: "element", value: { kind: "scalar", text: literal }, blank: false });
        if (items.length === 1) return { kind: "scalar", text: literal };
        return { kind: "strings", block: { items, oneLine: !text.slice(from, end).includes("\n") } };
      }
      const following: CommentLine[] = [];
      const trailing = takeComments(following);
      items.push({ kind: "element", value: { kind: "scalar", text: literal }, blank: false, ...(trailing === undefined ? {} : { trailing }) }, ...following);
    }
  }

  const items = readBody(undefined);
  return { items, oneLine: false };
}

/** What stands between the token before the current one and the current one. */
function readGap(text: string, tokens: Tokenizer): { comments: GapComment[]; blank: boolean } {
  const comments: GapComment[] = [];
  const lines = text.slice(tokens.previousEnd, tokens.from).split("\n");
  let blank = false;
  for (const [index, line] of lines.entries()) {
    const content = line.trim();
    // The last line is the one on which the token stands.
    if (content === "") blank ||= index > 0 && index < lines.length - 1;
    else {
      comments.push({ text: content, ownLine: index > 0, blank });
      blank = false;
    }
  }
  return { comments, blank };
}
