/** Token ids in the order in which they are found, in memory that doubles as it fills. */
export class IdList {
  /** How many there are; made smaller, it forgets the last ones. */
  length = 0;
  private memory = new Int32Array(1024);

  push(id: number): void {
    if (this.length === this.memory.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.memory);
      this.memory = larger;
    }
    this.memory[this.length++] = id;
  }

  at(index: number): number {
    return this.memory[index] as number;
  }

  /** Those from a place on. */
  from(index: number): number[] {
    return Array.from(this.memory.subarray(index, this.length));
  }

  /** Takes `count` of them out, from `index` on. */
  remove(index: number, count: number): void {
    this.memory.copyWithin(index, index + count, this.length);
    this.length -= count;
  }
}
