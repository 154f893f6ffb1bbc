import type { Location } from "../../triton/language/context.ts";

/** Ways through the files of one window. */
export interface Trail {
  /** Begins a way at a place, to come back to. */
  leave(from: Location): void;
  /** The place where the last way began, which is then forgotten. */
  last(): Location | undefined;
  /** Notes where to go once the file's editor is there. */
  head(to: Location): void;
  /** The place in a file where a way leads, which then has arrived. */
  arrive(file: string): Location | undefined;
}

/** No way taken yet. */
export function createTrail(): Trail {
  const origins: Location[] = [];
  let pending: Location | undefined;
  return {
    leave: (from) => void origins.push(from),
    last: () => origins.pop(),
    head: (to) => {
      pending = to;
    },
    arrive: (file) => {
      if (pending?.file !== file) return undefined;
      const place = pending;
      pending = undefined;
      return place;
    },
  };
}
