/** Listens on a port of a host, 0: any. Rejects with the error of a port that cannot be had. */
export function bind(server, host, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
