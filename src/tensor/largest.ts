/** The places of the `limit` largest ranks that were offered, of equal ones those that were offered first. */
export class Largest<Rank extends number | bigint> {
  readonly #limit: number;
  readonly #found: { readonly rank: Rank; readonly place: number }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(rank: Rank, place: number): void {
    const found = this.#found;
    if (found.length === this.#limit && (this.#limit === 0 || rank <= found[found.length - 1]!.rank)) return;
    let at = found.length;
    while (at > 0 && found[at - 1]!.rank < rank) at--;
    found.splice(at, 0, { rank, place });
    if (found.length > this.#limit) found.pop();
  }

  /** The largest first. */
  get places(): readonly number[] {
    return this.#found.map(({ place }) => place);
  }
}
