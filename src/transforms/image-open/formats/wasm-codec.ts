// A decoder compiled from C: loaded with the first picture, made anew after one that ended it.
import { ConchError, textOf } from "../../../base/errors.ts";

/** What a codec needs to start: its module, and where its error stream goes. */
type Init = (module: WebAssembly.Module, options: { printErr: (line: string) => void }) => Promise<void>;

/** A picture, and what the decoder wrote to its error stream meanwhile. */
interface Decoded {
  readonly image: ImageData;
  readonly complaints: string;
}

/** A decoder over a module at `url`. It throws PICTURE_INVALID with what the decoder said. One picture at a time. */
export function createCodec(url: string, init: Init, decode: (bytes: ArrayBuffer) => Promise<ImageData>): (bytes: Uint8Array, format: string) => Promise<Decoded> {
  let module: Promise<WebAssembly.Module> | undefined;
  let alive = false;
  let lines: string[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  async function run(bytes: Uint8Array, format: string): Promise<Decoded> {
    module ??= compile(url);
    // A failed download is tried again with the next picture.
    module.catch(() => (module = undefined));
    if (!alive) await init(await module, { printErr: (line) => lines.push(line) });
    alive = true;
    lines = [];
    try {
      const image = await decode(bytes.slice().buffer);
      return { image, complaints: lines.join("; ") };
    } catch (thrown) {
      // C's exit() leaves the instance unusable.
      alive = false;
      throw new ConchError("PICTURE_INVALID", `The ${format} cannot be decoded: ${lines.join("; ") || textOf(thrown)}`, { data: { format }, cause: thrown });
    }
  }

  return (bytes, format) => {
    const mine = turn.then(() => run(bytes, format));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new ConchError("INTERNAL", `The decoder ${url} could not be loaded: ${response.status} ${response.statusText}`);
  return WebAssembly.compile(await response.arrayBuffer());
}
