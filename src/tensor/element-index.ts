/** Where an element lies, one index per axis, by its place in C order. Empty for the element of a scalar. */
export function elementIndex(place: number, shape: readonly number[]): readonly number[] {
  const index = shape.map(() => 0);
  let rest = place;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    index[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return index;
}
