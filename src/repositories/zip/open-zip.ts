import { BlobReader, configure, ZipReader, type Entry, type FileEntry } from "@zip.js/zip.js";
import { ConchError, textOf } from "../../base/errors.ts";
import { arrangeRepository, type FoundItem } from "../layout.ts";
import type { OpenedEntry, OpenOptions, RepositoryFile, RepositorySource } from "../source.ts";

// DecompressionStream inflates off the main thread already; blob: workers would need a wider content security policy.
configure({ useWebWorkers: false, useCompressionStream: true });

/** What an archive may announce. Deflate grows at most 1032-fold; an archive above these limits is no model repository. */
export interface ZipLimits {
  readonly entries: number;
  readonly bytes: number;
  /** Bytes beyond which an archive may not grow more than {@link HONEST_GROWTH}-fold: opened archives are copied, file by file. */
  readonly grown: number;
}

const LIMITS: ZipLimits = { entries: 20_000, bytes: 64 * 2 ** 30, grown: 2 * 2 ** 30 };

/** Weights hardly shrink; what grows more than this is made to fill a disk. */
const HONEST_GROWTH = 100;

/** Deflate's largest growth (RFC 1951: 258 bytes from 2 bits), with room for headers. */
const MOST_GROWTH = 1040;

/** Compression methods: stored, deflate. */
const STORED = 0;
const DEFLATE = 8;

interface ZipItem extends FoundItem {
  entry: Entry;
}

/**
 * Opens a .zip by handle: only its directory is read, each file is inflated when it is asked for, and stored files are slices of the archive. Throws
 * ZIP_INVALID, ZIP_ENCRYPTED or ZIP_TOO_LARGE.
 */
export async function openZip(archive: Blob, name: string, options: OpenOptions = {}, limits: ZipLimits = LIMITS): Promise<RepositorySource> {
  const entries = await listEntries(archive, name, options, limits);
  const encrypted = entries.filter((entry) => entry.encrypted).map((entry) => entry.filename);
  if (encrypted.length > 0) {
    throw new ConchError("ZIP_ENCRYPTED", `${name} is protected by a password (${encrypted[0]}); unpack it and open the folder`, {
      data: { file: name, entries: encrypted.slice(0, 10) },
    });
  }
  checkSizes(entries, name, archive.size, limits);
  const skipped: OpenedEntry[] = [];
  const items: ZipItem[] = [];
  for (const entry of entries) {
    if (entry.symlink) skipped.push({ path: entry.filename, outcome: "skipped", reason: "link" });
    else items.push(entry.directory ? { path: entry.filename, entry } : { path: entry.filename, size: entry.uncompressedSize, entry });
  }
  const layout = arrangeRepository(items, name, skipped);
  return {
    kind: "zip",
    name: name.replace(/\.zip$/i, ""),
    files: layout.files.map(({ path, item }) => zipFile(archive, path, item.entry as FileEntry)),
    emptyFolders: layout.emptyFolders,
    report: layout.report,
  };
}

/** True for the bytes that a zip archive begins with. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

async function listEntries(archive: Blob, name: string, options: OpenOptions, limits: ZipLimits): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    // One name that leaves the archive need not spoil it: arrangeRepository skips such entries and says so.
    const reader = new ZipReader(new BlobReader(archive), { filenameValidation: "tolerant" });
    for await (const entry of reader.getEntriesGenerator()) {
      options.signal?.throwIfAborted();
      entries.push(entry);
      if (entries.length > limits.entries) throw tooLarge(name, "files", `more than ${limits.entries}`, limits.entries);
      if (entries.length % 256 === 0) options.progress?.(entries.length);
    }
  } catch (cause) {
    if (cause instanceof ConchError || options.signal?.aborted === true) throw cause;
    throw new ConchError("ZIP_INVALID", `${name} is no zip archive that can be read: ${textOf(cause)}`, { data: { file: name }, cause });
  }
  return entries;
}

function checkSizes(entries: readonly Entry[], name: string, archiveBytes: number, limits: ZipLimits): void {
  const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  const most = Math.min(limits.bytes, Math.max(limits.grown, archiveBytes * HONEST_GROWTH));
  if (total > most) throw tooLarge(name, "bytes", String(total), most);
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    const grown = entry.uncompressedSize > entry.compressedSize * MOST_GROWTH + 1024;
    if (entry.offset < end || grown || entry.offset + entry.compressedSize > archiveBytes) {
      const what = grown ? "announces more bytes than its packed ones can hold" : entry.offset < end ? "overlaps the entry before it" : "lies outside the archive";
      throw new ConchError("ZIP_INVALID", `${name}: ${entry.filename} ${what}`, { data: { file: name, entry: entry.filename } });
    }
    end = entry.offset + entry.compressedSize;
  }
}

function tooLarge(name: string, what: "files" | "bytes", found: string, expected: number): ConchError {
  return new ConchError("ZIP_TOO_LARGE", `${name} announces ${found} ${what} unpacked, expected at most ${expected}; unpack it and open the folder`, {
    data: { file: name, expected },
  });
}

function zipFile(archive: Blob, path: string, entry: FileEntry): RepositoryFile {
  return {
    path,
    size: entry.uncompressedSize,
    async blob() {
      try {
        if (entry.compressionMethod === STORED) return await storedSlice(archive, entry);
        if (entry.compressionMethod === DEFLATE) return await inflated(entry);
      } catch (cause) {
        throw new ConchError("REPOSITORY_UNREADABLE", `${path} cannot be unpacked: ${textOf(cause)}`, { data: { path }, cause });
      }
      throw new ConchError("REPOSITORY_UNREADABLE", `${path} is packed by method ${entry.compressionMethod}, expected 0 (stored) or 8 (deflate)`, {
        data: { path, method: entry.compressionMethod },
      });
    },
  };
}

/** A stored entry needs no copy: its bytes lie behind its local header (APPNOTE 4.3.7: 30 bytes, name, extra field). */
async function storedSlice(archive: Blob, entry: FileEntry): Promise<Blob> {
  const header = new DataView(await archive.slice(entry.offset, entry.offset + 30).arrayBuffer());
  if (header.byteLength < 30 || header.getUint32(0, true) !== 0x04034b50) throw new Error("its local header is missing");
  const from = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const slice = archive.slice(from, from + entry.uncompressedSize);
  if (slice.size !== entry.uncompressedSize) throw new Error(`expected ${entry.uncompressedSize} bytes, found ${slice.size}`);
  return slice;
}

/** Streams into a Blob (which browsers keep on disk when it is large) and stops at the announced size. */
async function inflated(entry: FileEntry): Promise<Blob> {
  let written = 0;
  const limit = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      written += chunk.byteLength;
      if (written > entry.uncompressedSize) controller.error(new Error(`it unpacks to more than the announced ${entry.uncompressedSize} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const [blob] = await Promise.all([new Response(limit.readable).blob(), entry.getData(limit.writable, { checkCrc32: true })]);
  if (written !== entry.uncompressedSize) throw new Error(`expected ${entry.uncompressedSize} bytes, found ${written}`);
  return blob;
}
