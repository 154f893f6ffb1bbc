/** Things of one kind by name. Registering a taken name is a bug; asking for an unknown one names the known ones. */
export class Registry<T> {
  readonly #kind: string;
  readonly #entries = new Map<string, T>();

  /** @param kind what is kept, for messages: "transform". */
  constructor(kind: string, entries: Iterable<readonly [string, T]> = []) {
    this.#kind = kind;
    for (const [name, value] of entries) this.register(name, value);
  }

  register(name: string, value: T): void {
    if (this.#entries.has(name)) throw new Error(`Conch bug: ${this.#kind} "${name}" is registered twice`);
    this.#entries.set(name, value);
  }

  /** The entry, or undefined. */
  tryGet(name: string): T | undefined {
    return this.#entries.get(name);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  values(): T[] {
    return [...this.#entries.values()];
  }
}
