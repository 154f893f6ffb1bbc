// A repository in a folder of its own, served by `conch serve` in this process.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadServer } from "../cli/core.mjs";
import { hostServer, type HostedServer, type HostOptions } from "../cli/serve-host.mjs";

/** A server, its folder and what it wrote. */
export interface HostedRepository extends HostedServer {
  readonly dir: string;
  /** Lines of its log. */
  readonly lines: readonly string[];
}

/** Repository path → text or bytes; a path that ends with "/" is an empty folder. */
export type RepositoryFiles = Readonly<Record<string, string | Uint8Array>>;

/** A folder with the files, which the caller removes. */
export function repositoryFolder(files: RepositoryFiles): string {
  const dir = mkdtempSync(join(tmpdir(), "conch-serve-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, path.endsWith("/") ? path : dirname(path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(dir, path), content);
  }
  return dir;
}

/** Serves the files; closing the server removes their folder. */
export async function hostRepository(files: RepositoryFiles, options: Partial<HostOptions> = {}): Promise<HostedRepository> {
  const dir = repositoryFolder(files);
  const lines: string[] = [];
  const server = await hostServer(await loadServer(), { dir, port: 0, log: (line) => lines.push(line), ...options });
  return {
    ...server,
    dir,
    lines,
    async close() {
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A config.pbtxt of the identity backend: input and output n have the n-th type and dims. */
export function identityConfig(ports: readonly (readonly [type: string, dims: string])[], more = ""): string {
  const list = (side: string): string => ports.map(([type, dims], index) => `{ name: "${side}${index}" data_type: ${type} dims: [ ${dims} ] }`).join(", ");
  return `backend: "identity"\ninput [ ${list("INPUT")} ]\noutput [ ${list("OUTPUT")} ]\n${more}`;
}
