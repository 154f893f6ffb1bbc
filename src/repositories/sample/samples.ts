import { fetchBlob, fetchJson, fileUrl, type Fetch } from "../fetch-file.ts";
import { arrangeRepository, type FoundItem } from "../layout.ts";
import { indexSchema, type SampleEntry } from "../listing.ts";
import type { RepositoryFile, RepositorySource } from "../source.ts";

/** The samples that this build carries. `base` is where the application lies, as a URL that ends in `/`. Throws REPOSITORY_UNREADABLE. */
export async function listSamples(base: string, fetch: Fetch, signal?: AbortSignal): Promise<readonly SampleEntry[]> {
  return (await fetchJson(fetch, `${base}repositories/index.json`, indexSchema, signal)).repositories;
}

/** A sample as a repository; its files are fetched when they are asked for. */
export function openSample(sample: SampleEntry, base: string, fetch: Fetch): RepositorySource {
  const items: FoundItem[] = [...sample.files, ...sample.emptyFolders.map((path) => ({ path }))];
  const layout = arrangeRepository(items, sample.name);
  return {
    kind: "sample",
    name: sample.name,
    files: layout.files.map(({ path, item }) => served(`${base}repositories/${encodeURIComponent(sample.name)}`, path, item.size as number, fetch)),
    emptyFolders: layout.emptyFolders,
    report: layout.report,
  };
}

/** The files to run a sample on, such as volumes. */
export function sampleExamples(sample: SampleEntry, base: string, fetch: Fetch): readonly RepositoryFile[] {
  return sample.examples.map(({ path, size }) => served(`${base}examples/${encodeURIComponent(sample.name)}`, path, size, fetch));
}

function served(folder: string, path: string, size: number, fetch: Fetch): RepositoryFile {
  return { path, size, blob: () => fetchBlob(fetch, fileUrl(folder, path), path, size) };
}
