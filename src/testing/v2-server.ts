// Real servers on real sockets for the tests of the v2 client, and connections to them by Node's fetch.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from "node:net";
import { connect, type Connection, type ConnectionOptions } from "../triton/v2/connection.ts";
import type { Timer } from "../triton/v2/transport.ts";

/** A server that listens on a port of this machine. */
export interface TestServer {
  readonly base: string;
  /** Ends it with all of its connections. */
  close(): void;
}

/** An HTTP server that hands over whole requests. */
export function httpServer(answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void): Promise<TestServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, Buffer.concat(chunks), response));
  });
  return listening(server, () => server.closeAllConnections());
}

/** A server that writes what it likes as soon as a request's first bytes came. */
export function socketServer(answer: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", () => answer(socket));
  });
  return listening(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

const timer: Timer = (milliseconds, run) => {
  const id = setTimeout(run, milliseconds);
  return () => clearTimeout(id);
};

/** A connection whose requests have Blobs as bodies, as a page's. */
export function connectionTo(base: string, options: Partial<Pick<ConnectionOptions<Blob>, "metrics" | "headers" | "limits">> = {}): Connection {
  return connect({ base, fetch, body: (parts) => new Blob([...parts]), timer, ...options });
}

/** A connection whose requests have streams as bodies, as a server's that passes them on. */
export function streamingConnectionTo(base: string): Connection {
  return connect<ReadableStream>({
    base,
    fetch: (url, init) => fetch(url, { ...init, duplex: "half" } as RequestInit),
    body: (parts) =>
      new ReadableStream({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      }),
    timer,
  });
}

function listening(server: Server, closeAll: () => void): Promise<TestServer> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        base: `http://127.0.0.1:${port}`,
        close() {
          server.close();
          closeAll();
        },
      });
    });
  });
}
