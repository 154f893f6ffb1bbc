/** Bytes of a request in order. None is copied on the way, so none may be written to until the request was answered. */
export type BodyParts = readonly Uint8Array<ArrayBuffer>[];

/** What the client uses of `fetch`; the global one fits. `B` is what the caller makes of a request's parts: a Blob, a stream. */
export type FetchLike<B> = (url: string, init: FetchInit<B>) => Promise<FetchResponse>;

/** How the client calls it. A redirect is not followed: no v2 server has one, and a POST would not survive it. */
export interface FetchInit<B> {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: B;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
}

/** What the client reads of an answer. Status 0 is a redirect that the platform hides. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): BodyReader } | null;
}

/** A reader of a ReadableStream of bytes. */
export interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Starts a timer of so many milliseconds and gives back what stops it. */
export type Timer = (milliseconds: number, run: () => void) => () => void;
