import type { IdList } from "./open-ids.ts";

/** Steps of the hash, a multiplier that is odd, and what spreads it over the slots (2^32 by the golden ratio). */
const [BASE, SPREAD] = [0x01000193, 0x9e3779b1];

/**
 * Pieces of ASCII characters with their ids. Open addressing over the hash of a piece, which for any part of a word follows from two hashes of the
 * word's beginnings, so that the longest piece that fits is found without a copy of any part.
 */
class PieceTable {
  /** Characters of the longest piece. */
  longest = 0;
  private count = 0;
  /** Of each slot: the piece's number and 1, or 0 where it is free; the piece's hash. */
  private slots: Int32Array;
  private readonly starts: number[] = [];
  private readonly lengths: number[] = [];
  private readonly ids: number[] = [];
  private characters = new Uint8Array(8192);
  private used = 0;

  /** A bit for each hash, eight times as many as slots: most parts of words are no pieces, and it is small enough to stay near the processor. */
  private bits: Uint8Array;

  /** For about `size` pieces; it grows with more. */
  constructor(size: number) {
    const slots = 2 * 2 ** Math.ceil(Math.log2(Math.max(size, 512)));
    this.slots = new Int32Array(2 * slots);
    this.bits = new Uint8Array(slots);
  }

  /** The id of the piece that stands in `word` from `start` on, `length` characters with that hash; -1 where there is none. */
  find(hash: number, word: Uint8Array, start: number, length: number): number {
    const bit = spread(hash) & (8 * this.bits.length - 1);
    if (((this.bits[bit >> 3] as number) & (1 << (bit & 7))) === 0) return -1;
    const piece = this.slots[2 * this.slotOf(hash, word, start, length)] as number;
    return piece === 0 ? -1 : (this.ids[piece - 1] as number);
  }

  /** What is added later counts where a piece is added twice. */
  add(hash: number, word: Uint8Array, length: number, id: number): void {
    const slot = this.slotOf(hash, word, 0, length);
    const known = this.slots[2 * slot] as number;
    if (known !== 0) {
      this.ids[known - 1] = id;
      return;
    }
    if (this.used + length > this.characters.length) {
      const larger = new Uint8Array(2 * (this.used + length));
      larger.set(this.characters);
      this.characters = larger;
    }
    for (let at = 0; at < length; at++) this.characters[this.used + at] = word[at] as number;
    this.starts.push(this.used);
    this.lengths.push(length);
    this.ids.push(id);
    this.used += length;
    this.slots[2 * slot] = ++this.count;
    this.slots[2 * slot + 1] = hash;
    this.longest = Math.max(this.longest, length);
    this.mark(hash);
    // Half of the slots stay free.
    if (this.slots.length < 4 * this.count) this.grow();
  }

  private mark(hash: number): void {
    const bit = spread(hash) & (8 * this.bits.length - 1);
    this.bits[bit >> 3] = (this.bits[bit >> 3] as number) | (1 << (bit & 7));
  }

  private slotOf(hash: number, word: Uint8Array, start: number, length: number): number {
    const { slots } = this;
    const last = slots.length / 2 - 1;
    let slot = (spread(hash) >>> 3) & last;
    for (let piece = slots[2 * slot] as number; piece !== 0; piece = slots[2 * slot] as number) {
      if (slots[2 * slot + 1] === hash && this.lengths[piece - 1] === length && this.equals(this.starts[piece - 1] as number, word, start, length)) break;
      slot = (slot + 1) & last;
    }
    return slot;
  }

  private equals(from: number, word: Uint8Array, start: number, length: number): boolean {
    for (let at = 0; at < length; at++) if (this.characters[from + at] !== word[start + at]) return false;
    return true;
  }

  private grow(): void {
    const old = this.slots;
    const last = old.length - 1;
    this.slots = new Int32Array(2 * old.length);
    this.bits = new Uint8Array(old.length);
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0) continue;
      const hash = old[from + 1] as number;
      let slot = (spread(hash) >>> 3) & last;
      while (this.slots[2 * slot] !== 0) slot = (slot + 1) & last;
      this.slots[2 * slot] = old[from] as number;
      this.slots[2 * slot + 1] = hash;
      this.mark(hash);
    }
  }
}

/** A bit by a hash, and with the lowest three bits left out a slot, before it is cut to those that there are. */
function spread(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), SPREAD) >>> 4;
}

/** What WordPiece needs to know besides the pieces. */
export interface WordPieceRules {
  /** What a piece begins with that does not begin a word. */
  readonly prefix: string;
  /** Characters of the longest word that is looked at; longer ones are unknown. */
  readonly longestWord: number;
  readonly unknownId: number;
  /** ASCII character → what it becomes before it is looked up, one character too. */
  readonly lowered: Uint8Array;
}

/** WordPiece over words of ASCII characters, which no normalizer does more to than `lowered`. */
export class AsciiWordPiece {
  private readonly first: PieceTable;
  private readonly further: PieceTable;
  private readonly rules: WordPieceRules;
  /** The word at hand: its characters, the hashes of its beginnings, and the powers that a hash grows by. */
  private readonly word: Uint8Array;
  private readonly hashes: Int32Array;
  private readonly powers: Int32Array;

  /** For about `size` pieces, none of which it has yet. */
  constructor(size: number, rules: WordPieceRules) {
    this.first = new PieceTable(size);
    this.further = new PieceTable(size / 4);
    this.rules = rules;
    this.word = new Uint8Array(rules.longestWord);
    this.hashes = new Int32Array(rules.longestWord + 1);
    this.powers = new Int32Array(rules.longestWord + 1).fill(1);
    for (let at = 0; at < rules.longestWord; at++) this.powers[at + 1] = Math.imul(this.powers[at] as number, BASE);
  }

  /** Takes a piece, one that it has with another id; one of other characters than ASCII's is left out. */
  add(piece: string, id: number): void {
    const { prefix } = this.rules;
    this.put(this.first, piece, 0, id);
    if (piece.startsWith(prefix)) this.put(this.further, piece, prefix.length, id);
  }

  /** Appends the ids of the word that stands in `text` from `start` to `end`. */
  ids(text: string, start: number, end: number, found: IdList): void {
    const { word, hashes, powers, rules } = this;
    const length = end - start;
    if (length > rules.longestWord) {
      found.push(rules.unknownId);
      return;
    }
    let hash = 0;
    for (let at = 0; at < length; at++) {
      const character = rules.lowered[text.charCodeAt(start + at)] as number;
      word[at] = character;
      hash = (Math.imul(hash, BASE) + character) | 0;
      hashes[at + 1] = hash;
    }
    const before = found.length;
    let table = this.first;
    for (let from = 0; from < length; ) {
      let part = Math.min(length - from, table.longest);
      let id = -1;
      for (; part > 0; part--) {
        id = table.find(((hashes[from + part] as number) - Math.imul(hashes[from] as number, powers[part] as number)) | 0, word, from, part);
        if (id >= 0) break;
      }
      if (id < 0) {
        found.length = before;
        found.push(rules.unknownId);
        return;
      }
      found.push(id);
      from += part;
      table = this.further;
    }
  }

  private put(table: PieceTable, piece: string, from: number, id: number): void {
    const length = piece.length - from;
    if (length === 0 || length > this.rules.longestWord) return;
    let hash = 0;
    for (let at = 0; at < length; at++) {
      const character = piece.charCodeAt(from + at);
      if (character > 127) return;
      this.word[at] = character;
      hash = (Math.imul(hash, BASE) + character) | 0;
    }
    table.add(hash, this.word, length, id);
  }
}
