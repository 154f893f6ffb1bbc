/** The body of a request, read as it comes and only once. */
export class RequestBody {
  /** Bytes that the head of the request announces for what is left; undefined where it does not say (chunks, a content coding). */
  left: number | undefined;
  readonly #read: () => Promise<Uint8Array | undefined>;
  #chunk: Uint8Array | undefined;

  /** @param read the next bytes, at least one; undefined at the end. Rejects where the client went away. */
  constructor(read: () => Promise<Uint8Array | undefined>, announced: number | undefined) {
    this.#read = read;
    this.left = announced;
  }

  /** Copies what comes into `target`; how much of it was filled before the body ended. Beyond the target nothing is kept but the last chunk. */
  async copyTo(target: Uint8Array): Promise<number> {
    let at = 0;
    while (at < target.byteLength) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      const taken = Math.min(chunk.byteLength, target.byteLength - at);
      target.set(chunk.subarray(0, taken), at);
      this.#consume(chunk, taken);
      at += taken;
    }
    return at;
  }

  /** All that is left, or undefined where it is more than `limit` bytes. */
  async all(limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.left !== undefined && this.left > limit) return undefined;
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      size += chunk.byteLength;
      if (size > limit) return undefined;
      parts.push(chunk);
      this.#consume(chunk, chunk.byteLength);
    }
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }

  /** Whether nothing is left. */
  async ended(): Promise<boolean> {
    return (await this.#next()) === undefined;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#chunk === undefined || this.#chunk.byteLength === 0) this.#chunk = await this.#read();
    return this.#chunk;
  }

  #consume(chunk: Uint8Array, taken: number): void {
    this.#chunk = chunk.subarray(taken);
    if (this.left !== undefined) this.left -= taken;
  }
}
