/** A request that a server refuses: the status and the message of the answer, as Triton has them. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the request asks for makes no sense: 400. */
export function invalidArgument(message: string): ProtocolError {
  return new ProtocolError(400, message);
}

/** What Triton calls internal, JSON that it cannot use among it: 500. */
export function internal(message: string): ProtocolError {
  return new ProtocolError(500, message);
}

/** There is no such model, version or address: 404. */
export function notFound(message: string): ProtocolError {
  return new ProtocolError(404, message);
}

/** Not now, or not by the way this server was started: 503. */
export function unavailable(message: string): ProtocolError {
  return new ProtocolError(503, message);
}

/** The server has no such operation: 501. */
export function unsupported(message: string): ProtocolError {
  return new ProtocolError(501, message);
}

/** A message of the core about one inference, which names the request. */
export function aboutRequest(id: string | undefined, message: string): string {
  return `[request id: ${id === undefined || id === "" ? "<id_unknown>" : id}] ${message}`;
}
