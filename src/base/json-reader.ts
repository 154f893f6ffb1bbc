// One grammar of JSON (RFC 8259) for every reader of it: what a value becomes is the caller's. Numbers are handed over as they are written, so that
// nobody loses digits here.

/** What is wrong with the text, and where: UTF-16 offsets. */
export interface JsonProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** What values become. Offsets: `from` at a value's first character, `to` after its last. */
export interface JsonShape<T extends {} | null> {
  /** Words that are values, besides which none is known: null, true, false, and what a dialect adds. A word may begin with `-`. */
  readonly words: ReadonlyMap<string, (from: number, to: number) => T>;
  number(text: string, from: number, to: number): T;
  string(value: string, from: number, to: number): T;
  array(items: T[], from: number, to: number): T;
  /** Members in the order of the text; a name may come twice. */
  object(members: JsonMemberOf<T>[], from: number, to: number): T;
}

/** A member of an object; `from` and `to` say where the quoted name stands. */
export interface JsonMemberOf<T> {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly value: T;
}

/** How deep arrays and objects may lie in one another. */
const DEEPEST = 200;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?[A-Za-z]+/y;

/** Reads one text, once. */
export class JsonReader<T extends {} | null> {
  problem: JsonProblem | undefined;
  private readonly text: string;
  private readonly shape: JsonShape<T>;
  private at: number;

  constructor(text: string, shape: JsonShape<T>) {
    this.text = text;
    this.shape = shape;
    this.at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The value that the text holds; or undefined, and `problem` says why. */
  read(): T | undefined {
    const found = this.value(0);
    if (found === undefined) return undefined;
    this.skipSpace();
    return this.at < this.text.length ? this.fail("Expected the end of the file") : found;
  }

  private fail(message: string, from = this.at, to = Math.min(from + 1, this.text.length)): undefined {
    this.problem ??= { message, from: Math.min(from, this.text.length), to };
    return undefined;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private value(depth: number): T | undefined {
    this.skipSpace();
    const from = this.at;
    const first = this.text.charAt(from);
    if (depth > DEEPEST) return this.fail(`Nested deeper than ${DEEPEST}`);
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    if (first === '"') {
      const text = this.string();
      return text === undefined ? undefined : this.shape.string(text, from, this.at);
    }
    NUMBER.lastIndex = from;
    const number = NUMBER.exec(this.text)?.[0];
    if (number !== undefined) {
      this.at = from + number.length;
      return this.shape.number(number, from, this.at);
    }
    WORD.lastIndex = from;
    const word = WORD.exec(this.text)?.[0];
    if (word === undefined) return this.fail(first === "" ? "Expected a JSON value, found the end of the file" : `Expected a JSON value, found ${first}`);
    const known = this.shape.words.get(word);
    if (known === undefined) return this.fail(`Expected a JSON value, found ${word}`, from, from + word.length);
    this.at = from + word.length;
    return known(from, this.at);
  }

  private string(): string | undefined {
    const { text, at } = this;
    let end = at + 1;
    for (let code = text.charCodeAt(end); end < text.length && code !== 0x22; code = text.charCodeAt(end)) end += code === 0x5c ? 2 : 1;
    const quoted = text.slice(at, end + 1);
    try {
      this.at = end + 1;
      return JSON.parse(quoted) as string;
    } catch {
      return this.fail("This string is not closed, or has a character or escape that JSON does not allow", at, Math.min(end + 1, text.length));
    }
  }

  private array(depth: number): T | undefined {
    const from = this.at++;
    const items: T[] = [];
    this.skipSpace();
    if (this.text.charAt(this.at) === "]") return this.shape.array(items, from, ++this.at);
    for (;;) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      this.skipSpace();
      const next = this.text.charAt(this.at);
      if (next === "]") return this.shape.array(items, from, ++this.at);
      if (next !== ",") return this.fail("Expected , or ]");
      this.at++;
    }
  }

  private object(depth: number): T | undefined {
    const from = this.at++;
    const members: JsonMemberOf<T>[] = [];
    this.skipSpace();
    if (this.text.charAt(this.at) === "}") return this.closed(members, from);
    for (;;) {
      this.skipSpace();
      const start = this.at;
      if (this.text.charAt(start) !== '"') return this.fail("Expected a name in double quotes");
      const name = this.string();
      if (name === undefined) return undefined;
      const to = this.at;
      this.skipSpace();
      if (this.text.charAt(this.at) !== ":") return this.fail("Expected :");
      this.at++;
      const member = this.value(depth + 1);
      if (member === undefined) return undefined;
      members.push({ name, from: start, to, value: member });
      this.skipSpace();
      const next = this.text.charAt(this.at);
      if (next === "}") return this.closed(members, from);
      if (next !== ",") return this.fail("Expected , or }");
      this.at++;
    }
  }

  private closed(members: JsonMemberOf<T>[], from: number): T | undefined {
    return this.shape.object(members, from, ++this.at);
  }
}
