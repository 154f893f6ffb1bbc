import { fetchBlob, fetchJson, fileUrl, type Fetch } from "../fetch-file.ts";
import { arrangeRepository, type FoundItem } from "../layout.ts";
import { listingSchema } from "../listing.ts";
import { paced } from "../paced.ts";
import type { OpenOptions, RepositorySource } from "../source.ts";

/** Files fetched at once: a run of a large ensemble asks for those of all its models. */
const AT_ONCE = 32;

/**
 * A folder that the local server offers (`npm start -- FOLDER`): `<base>/repository.json` lists it, `<base>/files/<path>` gives a file. Read only.
 * Small files come with the listing. Throws REPOSITORY_UNREADABLE.
 */
export async function openHttp(base: string, fetch: Fetch, options: OpenOptions = {}): Promise<RepositorySource> {
  const listing = await fetchJson(fetch, fileUrl(base, "repository.json"), listingSchema, options.signal);
  const items: ListedItem[] = [...listing.files, ...listing.emptyFolders.map((path) => ({ path }))];
  const layout = arrangeRepository(items, listing.name);
  const pace = paced(AT_ONCE);
  return {
    kind: "http",
    name: listing.name,
    files: layout.files.map(({ path, item }) => {
      let { content } = item;
      const address = fileUrl(`${base.replace(/\/$/, "")}/files`, item.path);
      return {
        path,
        size: item.size as number,
        address,
        fresh: () => {
          const came = content;
          content = undefined;
          return came === undefined ? undefined : bytesOf(came);
        },
        blob: () => pace(() => fetchBlob(fetch, address, path, item.size as number)),
      };
    }),
    emptyFolders: layout.emptyFolders,
    report: layout.report,
  };
}

/** What a listing has: files, some with their bytes in base64, and empty folders. */
type ListedItem = FoundItem & { readonly content?: string | undefined };

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
